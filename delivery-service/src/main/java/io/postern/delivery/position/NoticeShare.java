package io.postern.delivery.position;

/**
 * The share of mail with a null reverse-path (DSNs, RFC 3461 §6.1). A sender of mail to us chooses
 * where its DSNs go, and to how many destinations: bounces to a thousand hosts that hang must leave
 * the rest to all other mail, whose destinations our own users choose.
 *
 * @param sessions in a partition's window
 * @param bytes in all windows together
 */
record NoticeShare(int sessions, long bytes) {
  private static final int PART = 4;

  /** A quarter of everything, so that it alone never makes a {@link DeliveryReader#crowded}. */
  static NoticeShare of(ReaderSettings settings) {
    return of(settings.window(), settings.bufferBytes());
  }

  static NoticeShare of(int sessions, long bytes) {
    return new NoticeShare(Math.max(1, sessions / PART), bytes / PART);
  }
}
