"""Writers of the forms a bulk run gives out."""
