print("mechanic-replay")
