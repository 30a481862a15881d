package io.postern.e2e.attacks;

import io.postern.lab.SmtpClient;
import io.postern.smtp.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * One connection's worth of an attack: its address, its clock and the link that it shares with the
 * others. Owner: one virtual thread; the counts are of all.
 */
final class Attacker {
  /** What all attackers have in common. */
  static final class Shared {
    final AttackTarget target;
    final Allowance link;
    final long endNanos;
    final Map<String, LongAdder> counts = new ConcurrentSkipListMap<>();

    Shared(AttackTarget target, Allowance link, Duration time) {
      this.target = target;
      this.link = link;
      this.endNanos = System.nanoTime() + time.toNanos();
    }

    void count(String what, long times) {
      counts.computeIfAbsent(what, any -> new LongAdder()).add(times);
    }
  }

  /** About what a TCP connection costs on the link, without what is said over it. */
  private static final int CONNECTION_BYTES = 400;

  private final Shared shared;
  private final String address;
  private final int number;

  /**
   * @param number of the connection, from 0, over all addresses
   */
  Attacker(Shared shared, String address, int number) {
    this.shared = shared;
    this.address = address;
    this.number = number;
  }

  AttackTarget target() {
    return shared.target;
  }

  int number() {
    return number;
  }

  boolean goesOn() {
    return System.nanoTime() - shared.endNanos < 0;
  }

  void count(String what) {
    shared.count(what, 1);
  }

  /** A pause that ends with the attack. */
  void pause(Duration time) throws InterruptedException {
    long left = Duration.ofNanos(shared.endNanos - System.nanoTime()).toMillis();
    Thread.sleep(Math.max(1, Math.min(time.toMillis(), left)));
  }

  void spend(long bytes) throws InterruptedException {
    shared.count("bytes", bytes);
    shared.link.spend(bytes);
  }

  /** Connected, the greeting not read. */
  Socket connected() throws IOException, InterruptedException {
    spend(CONNECTION_BYTES);
    Socket socket = new Socket();
    try {
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral(address), 0));
      socket.setSoTimeout(60_000);
      socket.connect(new InetSocketAddress("127.0.0.1", shared.target.smtpPort()), 10_000);
      count("connections");
      return socket;
    } catch (IOException failed) {
      socket.close();
      throw failed;
    }
  }

  /** Greeted and introduced; throws where the server takes no more connections. */
  SmtpClient session() throws IOException, InterruptedException {
    spend(CONNECTION_BYTES);
    SmtpClient client =
        SmtpClient.connect(new InetSocketAddress("127.0.0.1", shared.target.smtpPort()), address);
    count("connections");
    if (client.banner().code() != 220) {
      count("" + client.banner().code());
      client.close();
      throw new IOException("not now");
    }
    client.ehlo("attacker.example");
    return client;
  }

  /** Says it and reads the reply. */
  Reply command(SmtpClient client, String line) throws IOException, InterruptedException {
    spend(line.length() + 2L);
    Reply reply = client.command(line);
    told(reply);
    return reply;
  }

  /** Says all of it in one go, and reads so many replies. */
  void pipeline(SmtpClient client, byte[] commands, int replies)
      throws IOException, InterruptedException {
    spend(commands.length);
    client.raw(commands);
    for (int i = 0; i < replies; i++) {
      told(client.reply());
    }
  }

  /** One message as a client that does everything right. */
  Reply mail(SmtpClient client, String from, String to, byte[] content)
      throws IOException, InterruptedException {
    spend(content.length + 200L);
    Reply reply = client.send(from, to, content);
    told(reply);
    return reply;
  }

  void told(Reply reply) {
    count("" + reply.code());
  }

  static byte[] lines(String... lines) {
    return (String.join("\r\n", lines) + "\r\n").getBytes(StandardCharsets.US_ASCII);
  }
}
