package io.postern.certificate.answers;

import io.postern.certificate.answers.LongWaits.Place;
import io.postern.certificate.revocation.Permit;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;

/**
 * The start of a thread for each question of the room, newest first, as soon as a permit is free. A
 * judgement that waits for a fetch gives its permit back, and then waits for one again, in turn
 * with the dispatcher: first come, first served. One thread, until the room is closed, also where a
 * judgement fails: a dispatcher that ended would leave each later question without an answer.
 */
final class Dispatcher implements Runnable {
  private static final Logger LOG = Logger.getLogger(Dispatcher.class);

  private final WaitingRoom room;
  private final LongWaits waits;
  private final Work work;
  private final Semaphore permits;

  /** Answers a question. */
  interface Work {
    void answer(Question question, Permit permit) throws InterruptedException;
  }

  /**
   * @param concurrent judgements that run at one time
   */
  Dispatcher(WaitingRoom room, LongWaits waits, int concurrent, Work work) {
    this.room = room;
    this.waits = waits;
    this.work = work;
    this.permits = new Semaphore(concurrent, true);
  }

  @Override
  public void run() {
    try {
      while (room.awaitOne()) {
        permits.acquire();
        Question question = room.poll();
        if (question == null) {
          permits.release();
        } else {
          start(question);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void start(Question question) {
    boolean started = false;
    try {
      Thread.ofVirtual().name("judge").start(() -> answer(question));
      started = true;
    } catch (RuntimeException | Error e) {
      LOG.errorf(e, "request %s could not be started", question.key().hex());
    } finally {
      if (!started) {
        permits.release();
        room.done(question);
      }
    }
  }

  private void answer(Question question) {
    try (Place place = waits.placeFor(question);
        Permit permit = new Permit(permits, place::take)) {
      work.answer(question, permit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      LOG.errorf(e, "request %s could not be answered", question.key().hex());
    } finally {
      room.done(question);
    }
  }
}
