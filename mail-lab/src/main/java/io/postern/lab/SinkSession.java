package io.postern.lab;

import io.netty.handler.ssl.SslContext;
import io.postern.lab.SinkPeer.Step;
import io.postern.smtp.Reply;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One session of a {@link SinkPeer}: an SMTP server (RFC 5321) as far as a relay needs one. Ends
 * when the client quits or goes, when the manner says so, and after 5 minutes without a byte.
 */
final class SinkSession {
  private static final int IDLE_MILLIS = 300_000;

  /** A fatal alert "handshake_failure" (RFC 8446 §6) in a record of its own. */
  private static final byte[] HANDSHAKE_FAILURE = {21, 3, 3, 0, 2, 2, 40};

  private final SinkPeer peer;
  private final Socket socket;
  private TimedInput in;
  private OutputStream out;
  private String tlsVersion = "";
  private String cipherSuite = "";
  private String client = "";
  private @Nullable String from;
  private boolean mailRefused;
  private final List<String> recipients = new ArrayList<>();

  /** The manner ends the session here. */
  private static final class Dropped extends IOException {
    private static final long serialVersionUID = 1;
  }

  SinkSession(SinkPeer peer, Socket socket) throws IOException {
    this.peer = peer;
    this.socket = socket;
    socket.setSoTimeout(IDLE_MILLIS);
    socket.setTcpNoDelay(true);
    in = new TimedInput(socket.getInputStream());
    out = new BufferedOutputStream(socket.getOutputStream());
  }

  void run() throws IOException {
    if (!answer(PeerStage.BANNER, Reply.of(220, "", peer.hostName() + " ESMTP"))) {
      return;
    }
    while (command()) {}
  }

  private boolean command() throws IOException {
    String line = in.readLine();
    String[] words = line.split(" ", 2);
    String argument = words.length > 1 ? words[1] : "";
    switch (words[0].toUpperCase(Locale.ROOT)) {
      case "EHLO", "HELO" -> {
        client = argument;
        reset();
        answer(PeerStage.EHLO, capabilities());
      }
      case "STARTTLS" -> {
        return startTls();
      }
      case "MAIL" -> mail(argument);
      case "RCPT" -> rcpt(argument);
      case "DATA" -> data();
      case "RSET" -> {
        reset();
        send(Reply.of(250, "2.0.0", "Ok"));
      }
      case "NOOP" -> send(Reply.of(250, "2.0.0", "Ok"));
      case "QUIT" -> {
        answer(PeerStage.QUIT, Reply.of(221, "2.0.0", "Bye"));
        return false;
      }
      default -> send(Reply.of(502, "5.5.1", "Unknown here"));
    }
    return true;
  }

  private Reply capabilities() {
    List<String> lines =
        new ArrayList<>(
            List.of(peer.hostName(), "PIPELINING", "SIZE 157286400", "8BITMIME", "SMTPUTF8"));
    if (peer.offersStartTls() && tlsVersion.isEmpty()) {
      lines.add("STARTTLS");
    }
    return Reply.of(250, "", lines.toArray(String[]::new));
  }

  private boolean startTls() throws IOException {
    if (!peer.offersStartTls() || !tlsVersion.isEmpty()) {
      send(Reply.of(502, "5.5.1", "Not here"));
      return true;
    }
    if (!answer(PeerStage.STARTTLS, Reply.of(220, "2.0.0", "Go ahead"))) {
      return true;
    }
    SslContext context = peer.tls();
    if (context == null) {
      out.write(HANDSHAKE_FAILURE);
      out.flush();
      return false;
    }
    TlsStream stream = new TlsStream(socket, LabTls.engine(context));
    stream.handshake();
    tlsVersion = stream.engine().getSession().getProtocol();
    cipherSuite = stream.engine().getSession().getCipherSuite();
    in = new TimedInput(stream.in());
    out = new BufferedOutputStream(stream.out());
    reset();
    return true;
  }

  private void mail(String argument) throws IOException {
    peer.witness().envelope(peer.hostName(), client, "MAIL");
    if (from != null) {
      send(Reply.of(503, "5.5.1", "MAIL once a transaction"));
      return;
    }
    Reply reply = reply(PeerStage.MAIL, Reply.of(250, "2.1.0", "Ok"));
    if (reply.isPositive()) {
      from = path(argument);
    }
    mailRefused = reply.isPermanent();
    send(reply);
  }

  private void rcpt(String argument) throws IOException {
    String recipient = path(argument);
    peer.witness().envelope(peer.hostName(), client, "RCPT " + recipient);
    if (from == null) {
      // Behind a MAIL that was refused, in one go with it (RFC 2920 §3.1).
      if (mailRefused) {
        peer.witness().refused(peer.hostName(), recipient, "MAIL");
      }
      send(Reply.of(503, "5.5.1", "MAIL first"));
      return;
    }
    Reply reply = reply(PeerStage.RCPT, Reply.of(250, "2.1.5", "Ok"));
    if (reply.isPositive()) {
      recipients.add(recipient);
    } else {
      refused(reply, List.of(recipient), "RCPT");
    }
    send(reply);
  }

  private void data() throws IOException {
    if (recipients.isEmpty()) {
      send(Reply.of(503, "5.5.1", "No valid recipients"));
      return;
    }
    Reply go = reply(PeerStage.DATA, Reply.of(354, "", "End data with <CR><LF>.<CR><LF>"));
    if (go.code() != 354) {
      refused(go, recipients, "DATA");
      send(go);
      return;
    }
    long dataNanos = System.nanoTime();
    send(go);
    try {
      SinkContent content = new SinkContent(this::contentBegun);
      content.read(in);
      Step step = waited(PeerStage.END_OF_DATA);
      if (step instanceof Step.Drop) {
        throw new Dropped();
      }
      if (step instanceof Step.Answer(Reply reply) && !reply.isPositive()) {
        refused(reply, recipients, "end of data");
        send(reply);
        return;
      }
      boolean answered = !(step instanceof Step.TakeAndDrop);
      peer.witness().took(receipt(dataNanos, content, answered));
      if (!answered) {
        throw new Dropped();
      }
      send(Reply.of(250, "2.0.0", "Taken"));
    } finally {
      reset();
    }
  }

  private SinkPeer.Receipt receipt(long dataNanos, SinkContent content, boolean answered) {
    return new SinkPeer.Receipt(
        peer.hostName(),
        client,
        tlsVersion,
        cipherSuite,
        from == null ? "" : from,
        List.copyOf(recipients),
        content.trace(),
        content.start(),
        content.sha256(),
        content.size(),
        dataNanos,
        content.contentNanos(),
        content.dotNanos(),
        System.nanoTime(),
        answered);
  }

  private void contentBegun() throws IOException {
    Step step = waited(PeerStage.CONTENT);
    if (step instanceof Step.Drop || step instanceof Step.TakeAndDrop) {
      throw new Dropped();
    }
  }

  private void refused(Reply reply, List<String> whom, String command) {
    if (reply.isPermanent()) {
      whom.forEach(recipient -> peer.witness().refused(peer.hostName(), recipient, command));
    }
  }

  private boolean answer(PeerStage stage, Reply usual) throws IOException {
    Reply reply = reply(stage, usual);
    send(reply);
    return reply.isPositive();
  }

  private Reply reply(PeerStage stage, Reply usual) throws IOException {
    return switch (waited(stage)) {
      case Step.Answer(Reply other) -> other;
      case Step.Drop drop -> throw new Dropped();
      case Step.TakeAndDrop drop -> throw new Dropped();
      default -> usual;
    };
  }

  private Step waited(PeerStage stage) throws IOException {
    Step step = peer.manner().at(stage);
    if (step instanceof Step.GoOnAfter(Duration time)) {
      try {
        Thread.sleep(time);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("while waiting");
      }
    }
    return step;
  }

  private void send(Reply reply) throws IOException {
    out.write(reply.toBytes());
    out.flush();
  }

  private void reset() {
    from = null;
    mailRefused = false;
    recipients.clear();
  }

  private static String path(String argument) {
    int open = argument.indexOf('<');
    int close = argument.indexOf('>');
    return open >= 0 && close > open ? argument.substring(open + 1, close) : argument;
  }

  /** A stream's bytes, and when the latest of them arrived. Owner: the session's thread. */
  static final class TimedInput {
    private static final int MAX_LINE = 65_536;

    private final InputStream from;
    private final byte[] buffer = new byte[16_384];
    private int position;
    private int limit;
    private long filledNanos;

    TimedInput(InputStream from) {
      this.from = from;
    }

    /** When the byte that was read last had arrived. */
    long arrived() {
      return filledNanos;
    }

    int read() throws IOException {
      if (position == limit) {
        int count = from.read(buffer, 0, buffer.length);
        if (count <= 0) {
          throw new IOException("closed by the client");
        }
        filledNanos = System.nanoTime();
        position = 0;
        limit = count;
      }
      return buffer[position++] & 0xff;
    }

    String readLine() throws IOException {
      byte[] bytes = new byte[128];
      int length = 0;
      for (int b = read(); b != '\n'; b = read()) {
        if (length == MAX_LINE) {
          throw new IOException("command line longer than " + MAX_LINE);
        }
        if (length == bytes.length) {
          bytes = Arrays.copyOf(bytes, 2 * length);
        }
        bytes[length++] = (byte) b;
      }
      if (length > 0 && bytes[length - 1] == '\r') {
        length--;
      }
      return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }
  }
}
