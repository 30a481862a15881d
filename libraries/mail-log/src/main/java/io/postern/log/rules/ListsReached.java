package io.postern.log.rules;

/**
 * Whether a reader of the directory has the lists of recipients that belong to its routing versions
 * (docs/design/the-log.md, "Recipient lists"). Each object of an accepted domain says where the
 * lists ended when it was written; a step of a list that may move mail writes it again. Each topic
 * shows a transaction at a time of its own, so that the object may be read first: until the lists
 * are read up to that end nobody may decide with the new version. Owner: the reader's thread.
 */
public final class ListsReached {
  private long behind; // the end that is not reached; 0: none
  private long sinceNanos;
  private long lost = -1; // an end that will not come

  /**
   * @param end that the newest object of a domain names; 0: there were no lists
   * @param position in the topic of the lists: all before it is read
   * @param nowNanos the monotonic clock
   * @return true: the directory may be shown with these lists
   */
  public boolean reached(long end, long position, long nowNanos) {
    if (end <= 0 || position >= end || end == lost) {
      behind = 0;
      return true;
    }
    if (end != behind) {
      behind = end;
      sinceNanos = nowNanos;
    }
    return false;
  }

  /**
   * The reader has come to the ends of both topics. The records of a list are older than the object
   * that counts them: where they are beyond an end that was asked for behind the object, their
   * topic was lost, and nobody waits for them.
   *
   * @param askedNanos when these ends were asked for
   * @return true: they are lost, and the directory may be shown without them
   */
  public boolean lost(long askedNanos) {
    if (behind == 0 || askedNanos - sinceNanos <= 0) {
      return false;
    }
    lost = behind;
    behind = 0;
    return true;
  }
}
