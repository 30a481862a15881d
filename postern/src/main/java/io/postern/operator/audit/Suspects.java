package io.postern.operator.audit;

/** Recipients to look for again: 20 bytes each. The look's thread. */
final class Suspects {
  private int size;
  private int[] recipients = new int[16];
  private long[] fingerprints = new long[16];
  private long[] since = new long[16];

  void add(int recipient, long fingerprint, long nanos) {
    recipients = Columns.grown(recipients, size);
    fingerprints = Columns.grown(fingerprints, size);
    since = Columns.grown(since, size);
    recipients[size] = recipient;
    fingerprints[size] = fingerprint;
    since[size] = nanos;
    size++;
  }

  int size() {
    return size;
  }

  int recipient(int index) {
    return recipients[index];
  }

  /** When it was first seen like this, or {@code nanos} if it has changed. */
  long since(int index, long fingerprint, long nanos) {
    return fingerprints[index] == fingerprint ? since[index] : nanos;
  }
}
