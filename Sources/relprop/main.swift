print("relprop")
