package io.postern.ingress.attribution;

import io.postern.ingress.source.Source;
import java.util.HashMap;
import java.util.Map;

/**
 * The bound of the bytes that the recipients of all open mail transactions hold together: they wait
 * for their message as long as the client likes.
 *
 * <p>Anybody who may send to an accepted domain can fill it. One source has a part of it at most,
 * and never more than an eighth of the free bytes: so N sources that take all they can leave
 * (8/9)^N of it to the others (20: a tenth), whose long lists of recipients get a 452 then. No
 * session is ended for room: honest clients may be those that hold it longest. Thread-safe; never
 * blocks.
 */
public final class RecipientMemory {
  private static final int PART_OF_FREE = 8;

  private final int all;
  private final int ofSource;
  private final Map<Source, Integer> sources = new HashMap<>();
  private volatile int free;

  /**
   * @param percentOfSource how much of it one source may have
   */
  public RecipientMemory(int bytes, int percentOfSource) {
    this.all = bytes;
    this.ofSource = (int) ((long) bytes * percentOfSource / 100);
    this.free = bytes;
  }

  /** The bytes of one mail transaction. Owner: the session's thread, which must close it. */
  public final class Holding implements AutoCloseable {
    private final Source source;
    private int held;

    private Holding(Source source) {
      this.source = source;
    }

    /** False when there is no room now, or none for this source. */
    boolean take(int count) {
      return RecipientMemory.this.take(this, count);
    }

    /** Gives all back; twice is once. */
    @Override
    public void close() {
      giveBack(this);
    }
  }

  public Holding holding(Source source) {
    return new Holding(source);
  }

  private synchronized boolean take(Holding holding, int count) {
    int after = sources.getOrDefault(holding.source, 0) + count;
    // Where one address is all clients, it may have all.
    int most = ofSource == all ? all : Math.min(ofSource, free / PART_OF_FREE);
    if (after > most || count > free) {
      return false;
    }
    free -= count;
    holding.held += count;
    sources.put(holding.source, after);
    return true;
  }

  private synchronized void giveBack(Holding holding) {
    int held = holding.held;
    if (held == 0) {
      return;
    }
    holding.held = 0;
    free += held;
    sources.computeIfPresent(holding.source, (source, of) -> of == held ? null : of - held);
  }

  /** Nearly all is taken: waiting clients get less time. */
  public boolean scarce() {
    return free * 5L <= all;
  }

  /** Bytes that nobody has. */
  public int free() {
    return free;
  }
}
