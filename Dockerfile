# Triptych in a container: not as root, models on a volume, CPU or GPU.
#
#   docker build -t triptych .                              CPU
#   docker build -t triptych --build-arg VARIANT=cuda .     GPU; run it with --gpus all
#   docker run -p 8000:8000 -v triptych:/data triptych
#   docker run -v triptych:/data triptych models pull opus-mt-tc-big-en-es
#
# buildah 1.28 takes the stages named by an argument for unused: give it --skip-unused-stages=false.
#
# On Linux the package index's PyTorch brings CUDA; for a small CPU image name an index of CPU builds:
#   --build-arg PIP_EXTRA_INDEX_URL=...

ARG VARIANT=cpu

FROM python:3.11-slim-bookworm AS cpu

# cuBLAS and cuDNN as CTranslate2 wants them come with this image.
FROM nvidia/cuda:12.8.1-cudnn-runtime-ubuntu24.04 AS cuda
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*

FROM ${VARIANT} AS build
ARG PIP_EXTRA_INDEX_URL=
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY alignment alignment
COPY models models
COPY service service
RUN python3 -m venv /opt/triptych \
 && /opt/triptych/bin/pip install --no-cache-dir --constraint constraints.txt '.[extract]'

FROM ${VARIANT}
RUN useradd --system --uid 10001 --create-home --home-dir /home/triptych triptych \
 && mkdir /data && chown triptych /data
COPY --from=build /opt/triptych /opt/triptych
ENV PATH=/opt/triptych/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    XDG_DATA_HOME=/data \
    TRIPTYCH_HOST=0.0.0.0 \
    TRIPTYCH_LOG=json
USER triptych
WORKDIR /data
VOLUME /data
EXPOSE 8000
# Loading models takes a while at the first start.
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s --retries=3 \
  CMD ["python3", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ.get('TRIPTYCH_PORT', 8000)}/readyz\", timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["triptych"]
CMD ["serve"]
