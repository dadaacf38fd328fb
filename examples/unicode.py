print("Kiln · кирпич · 窯 · 🔥 · naïve façade")
