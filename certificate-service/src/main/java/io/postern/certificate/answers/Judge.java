package io.postern.certificate.answers;

import org.jboss.logging.Logger;

/**
 * One judge: takes questions until the room is closed, whatever one of them does to it. A judge
 * that ended would be missed by nobody until none is left, and a question that it had not reported
 * as done would be taken for one in work from then on. One thread.
 */
final class Judge implements Runnable {
  private static final Logger LOG = Logger.getLogger(Judge.class);

  private final WaitingRoom room;
  private final Work work;

  /** What is done with a question. */
  interface Work {
    /** False: it was handed on to somebody who tells the room when it is done. */
    boolean on(Question question) throws InterruptedException;
  }

  Judge(WaitingRoom room, Work work) {
    this.room = room;
    this.work = work;
  }

  @Override
  public void run() {
    try {
      while (true) {
        Question question = room.take();
        if (question == null) {
          return;
        }
        workOn(question);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void workOn(Question question) throws InterruptedException {
    boolean done = true;
    try {
      done = work.on(question);
    } catch (RuntimeException | Error e) {
      LOG.errorf(e, "question %s could not be answered", question.key().hex());
    } finally {
      if (done) {
        room.done(question);
      }
    }
  }
}
