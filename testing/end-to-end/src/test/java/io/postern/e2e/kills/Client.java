package io.postern.e2e.kills;

import io.postern.e2e.kills.Findings.Kind;
import io.postern.lab.Identity;
import io.postern.lab.SmtpClient;
import io.postern.smtp.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A sending mail server: takes blocks of the load and sends each message until it is told 250 or
 * refused for good, by any ingress, as an MTA retries (RFC 5321 §4.5.4.1), with less patience.
 * Keeps what it was told. Owner: its own thread.
 */
final class Client implements Runnable {
  private static final Pattern QUEUED = Pattern.compile("Queued as (\\S+)");
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final Duration TRIES = Duration.ofMinutes(4);
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 3_000;
  private static final int LARGE = 1 << 20;

  /**
   * What the clients of a run share.
   *
   * @param ports of all ingress replicas, as they are when somebody connects
   * @param large bounds how many large messages are in memory
   * @param ahead whether new blocks have to wait
   * @param pace of each client: what it waits for before a message
   * @param enough whether no new block is begun
   */
  record Load(
      Plan plan,
      String organization,
      Bodies bodies,
      Supplier<List<Integer>> ports,
      Identity ownServer,
      Told told,
      Findings findings,
      AtomicInteger nextBlock,
      AtomicInteger begun,
      Semaphore large,
      BooleanSupplier ahead,
      Duration pace,
      BooleanSupplier enough) {}

  private final Load load;
  private int turn;
  private @Nullable SmtpClient session;

  Client(Load load, int number) {
    this.load = load;
    this.turn = number;
  }

  @Override
  public void run() {
    try {
      for (int block = load.nextBlock().getAndIncrement();
          block < load.plan().blocks() && !load.enough().getAsBoolean();
          block = load.nextBlock().getAndIncrement()) {
        while (load.ahead().getAsBoolean()) {
          load.told().rests();
          Thread.sleep(FIRST_PAUSE_MILLIS);
        }
        int end = Math.min((block + 1) * Plan.BLOCK, load.plan().messages());
        for (int seq = block * Plan.BLOCK; seq < end; seq++) {
          Thread.sleep(load.pace());
          load.begun().incrementAndGet();
          load.told().isUnderWay();
          try {
            send(load.plan().message(seq));
          } finally {
            load.told().ends();
          }
        }
        hangUp();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      hangUp();
    }
  }

  private void send(Plan.Message message) throws InterruptedException {
    boolean large = message.size() > LARGE;
    if (large) {
      load.large().acquire();
    }
    try {
      byte[] content = content(message);
      long end = System.nanoTime() + TRIES.toNanos();
      long pause = FIRST_PAUSE_MILLIS;
      while (!settled(message, content)) {
        if (System.nanoTime() - end > 0) {
          return; // counted as given up: nothing was promised
        }
        Thread.sleep(pause);
        pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
      }
    } finally {
      if (large) {
        load.large().release();
      }
    }
  }

  /** One try alone; whether the message was accepted. */
  boolean tryOnce(Plan.Message message) {
    try {
      return settled(message, content(message)) && load.told().queueId(message.seq()) != null;
    } finally {
      hangUp();
    }
  }

  private byte[] content(Plan.Message message) {
    byte[] content = load.bodies().of(message, load.organization());
    load.told().begins(message.seq(), Bodies.sha256(content));
    return content;
  }

  /** One try; true: there is nothing more to try. */
  private boolean settled(Plan.Message message, byte[] content) {
    boolean past = false;
    try {
      SmtpClient client = connected(message.sender());
      Reply reply = envelope(client, message);
      if (reply.code() == 354) {
        past = true;
        reply = client.content(content);
      }
      if (reply.code() == 250) {
        Matcher queued = QUEUED.matcher(reply.text());
        if (!queued.find()) {
          throw new IOException("250 without a queue id: " + reply);
        }
        load.told().accepted(message.seq(), queued.group(1));
        return true;
      }
      if (reply.isPermanent()) {
        load.findings().add(Kind.REFUSED, "", "message " + message.seq() + ": " + reply);
        hangUp();
        return true;
      }
      if (past) {
        // "Not stored now" is not "not stored": the log's own answer may have been late.
        load.told().unsure(message.seq());
      }
      load.told().refused(reply.toString());
      hangUp();
      return false;
    } catch (IOException e) {
      load.told().refused(e.toString());
      if (past) {
        load.told().unsure(message.seq());
      }
      hangUp();
      return false;
    }
  }

  private Reply envelope(SmtpClient client, Plan.Message message) throws IOException {
    Reply reply = client.command("MAIL FROM:<" + message.reversePath(load.organization()) + ">");
    for (int i = 0; i < message.recipients().size() && reply.isPositive(); i++) {
      reply = client.command("RCPT TO:<" + message.recipient(i, load.organization()) + ">");
    }
    return reply.isPositive() ? client.command("DATA") : reply;
  }

  private SmtpClient connected(Plan.Sender sender) throws IOException {
    if (session != null) {
      return session;
    }
    List<Integer> ports = load.ports().get();
    int port = ports.get(Math.floorMod(turn++, ports.size()));
    SmtpClient client = SmtpClient.connect("127.0.0.1", port).patience(PATIENCE);
    session = client;
    String name = "mail." + Plan.senderDomain(sender, load.organization());
    positive(client.banner());
    positive(client.ehlo(name));
    if (sender != Plan.Sender.STRANGER_PLAIN) {
      positive(client.startTls(sender == Plan.Sender.OWN_SERVER ? load.ownServer() : null));
      positive(client.ehlo(name));
    }
    return client;
  }

  private static void positive(Reply reply) throws IOException {
    if (!reply.isPositive()) {
      throw new IOException("not now: " + reply);
    }
  }

  private void hangUp() {
    SmtpClient client = session;
    session = null;
    if (client != null) {
      try {
        client.close();
      } catch (IOException gone) {
        // Broken already: that it is gone is all that is wanted.
      }
    }
  }
}
