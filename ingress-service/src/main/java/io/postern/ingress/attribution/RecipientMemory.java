package io.postern.ingress.attribution;

import io.postern.ingress.source.Source;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Bounds the bytes that the recipients of all open mail transactions hold together: they wait for
 * their message as long as the client likes.
 *
 * <p>Whoever may send to an accepted domain fills it. One source has a part of it at most. When
 * nearly all is taken, the oldest transactions that have not reached DATA must end, until a fifth
 * is or becomes free: others notice a 421 there, and a 452 until those have gone. Thread-safe;
 * never blocks.
 */
public final class RecipientMemory {
  private final int all;
  private final int ofSource;
  private final Map<Source, Integer> sources = new HashMap<>();
  private final Set<Holding> holdings = new LinkedHashSet<>(); // by their first recipient
  private volatile int free;

  /**
   * @param percentOfSource how much of it one source may have
   */
  public RecipientMemory(int bytes, int percentOfSource) {
    this.all = bytes;
    this.ofSource = (int) ((long) bytes * percentOfSource / 100);
    this.free = bytes;
  }

  /** What one mail transaction holds. Owner: the session's thread, which must close it. */
  public final class Holding implements AutoCloseable {
    private final Source source;
    private int held;
    private boolean sending;
    private volatile boolean mustEnd;

    private Holding(Source source) {
      this.source = source;
    }

    /** False when there is no room now, or none for this source. */
    boolean take(int count) {
      return RecipientMemory.this.take(this, count);
    }

    /** DATA has come: the transaction ends by itself. */
    public void sending() {
      synchronized (RecipientMemory.this) {
        sending = true;
      }
    }

    /** The transaction must end, others need its room. Any thread. */
    public boolean mustEnd() {
      return mustEnd;
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
    int before = sources.getOrDefault(holding.source, 0);
    if (before + count > ofSource) {
      return false;
    }
    boolean room = count <= free;
    if (room) {
      free -= count;
      holding.held += count;
      sources.put(holding.source, before + count);
      holdings.add(holding);
    }
    if (scarce()) {
      endOldest(holding);
    }
    return room;
  }

  private void endOldest(Holding except) {
    long coming = free + holdings.stream().filter(h -> h.mustEnd).mapToLong(h -> h.held).sum();
    for (Holding oldest : holdings) {
      if (coming * 5 > all) {
        return;
      }
      if (!oldest.mustEnd && !oldest.sending && oldest != except) {
        oldest.mustEnd = true;
        coming += oldest.held;
      }
    }
  }

  private synchronized void giveBack(Holding holding) {
    int held = holding.held;
    if (held == 0) {
      return;
    }
    holding.held = 0;
    holdings.remove(holding);
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
