print("Hello from inside a sandbox")
