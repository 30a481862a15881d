package io.postern.operator.audit;

/** A record that could not be read: left out, and named. */
public record UnreadableRecord(String topic, int partition, long offset, String why) {
  @Override
  public String toString() {
    return topic + "-" + partition + " offset " + offset + ": " + why;
  }
}
