package io.postern.log.rules;

/**
 * The decider's side of a {@link Chain}, for one partition of one source topic: the source before
 * the next one, and the last source whose Decision the log has acknowledged with all before it.
 *
 * <p>Owner: one thread.
 */
public final class SourceProgress {
  private long sent;
  private long acknowledged;

  /**
   * @param decided offset of the last source whose Decision a predecessor knew to be acknowledged;
   *     -1: none
   */
  public SourceProgress(long decided) {
    sent = decided;
    acknowledged = decided;
  }

  /** The source that the next Decision continues. */
  public long previous() {
    return sent;
  }

  /** A Decision about this source, the next visible one, goes to the log. */
  public void sent(long source) {
    if (source <= sent) {
      throw new IllegalArgumentException("source " + source + " after " + sent);
    }
    sent = source;
  }

  /** The log has that Decision; acknowledgements come in the order of sending. */
  public void acknowledged(long source) {
    if (source <= acknowledged || source > sent) {
      throw new IllegalStateException(
          "acknowledged " + source + " after " + acknowledged + ", sent " + sent);
    }
    acknowledged = source;
  }

  /** A send failed: the decider decides again from the last acknowledged source on. */
  public void failed() {
    sent = acknowledged;
  }

  /** The last source whose Decision is acknowledged with all before it: the position. */
  public long decided() {
    return acknowledged;
  }

  public boolean idle() {
    return sent == acknowledged;
  }
}
