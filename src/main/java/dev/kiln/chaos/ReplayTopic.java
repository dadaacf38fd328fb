package dev.kiln.chaos;

/** Everything that was produced to the topic is produced once more. */
record ReplayTopic() implements Fault {
    @Override
    public String inWords() {
        return "produce the whole topic once more";
    }

    @Override
    public void strike(Scene scene) throws InterruptedException {
        scene.topic().replay();
    }
}
