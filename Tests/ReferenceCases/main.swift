print("reference-cases")
