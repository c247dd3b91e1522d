// The documentation of the HTTP interface, drawn by Swagger UI from this server's own OpenAPI document.
/* global SwaggerUIBundle */
"use strict";

SwaggerUIBundle({ url: "openapi.json", dom_id: "#documentation", deepLinking: true, validatorUrl: null });
