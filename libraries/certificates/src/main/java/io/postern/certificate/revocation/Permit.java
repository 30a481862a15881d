package io.postern.certificate.revocation;

import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;

/**
 * One judgement's right to run. The judgement holds it while one of its threads computes, and gives
 * it back while all of them wait for a fetch: an endpoint that stalls holds up no other judgement.
 *
 * <p>Any thread of the judgement. Only {@link Pause#close} may block, until another judgement ends
 * or pauses; that takes CPU time alone.
 */
public final class Permit implements AutoCloseable {
  private final Semaphore permits;
  private final BooleanSupplier mayPause;
  private int running = 1;
  private boolean asked;
  private boolean refused;

  /**
   * @param permits one of them is held by the caller, and given back at the latest by {@link
   *     #close}
   * @param mayPause asked once, before the judgement's first pause: is there room for one more
   *     judgement that waits
   */
  public Permit(Semaphore permits, BooleanSupplier mayPause) {
    this.permits = permits;
    this.mayPause = mayPause;
  }

  /** For a judgement that is bounded elsewhere. */
  static Permit unbounded() {
    return new Permit(new Semaphore(0), () -> true);
  }

  /** The judgement waits; the permit is taken again when this is closed. */
  public interface Pause extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * The calling thread waits until the pause is closed.
   *
   * @throws PauseRefusedException too many judgements wait already
   */
  public synchronized Pause pause() {
    if (!asked) {
      asked = true;
      refused = !mayPause.getAsBoolean();
    }
    if (refused) {
      throw new PauseRefusedException();
    }
    end();
    return this::resume;
  }

  // The others of this judgement that resume meanwhile wait in the monitor; none of them computes.
  private synchronized void resume() {
    if (running == 0) {
      permits.acquireUninterruptibly();
    }
    running++;
  }

  /**
   * More threads compute; called by one that does.
   *
   * @param more 0 or more
   */
  public synchronized void begin(int more) {
    running += more;
  }

  /** A thread computes no more. */
  public synchronized void end() {
    running--;
    if (running == 0) {
      permits.release();
    }
  }

  /** The judgement has ended. */
  @Override
  public synchronized void close() {
    if (running > 0) {
      running = 0;
      permits.release();
    }
  }
}
