package io.postern.lab;

import io.netty.handler.ssl.SslContext;
import io.postern.smtp.Reply;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * One session of a {@link ScriptedPeer}: an SMTP or LMTP server (RFC 5321, RFC 2033) as far as a
 * relay needs one, on its own thread. It ends when the client quits or goes, when the script says
 * so, and after 5 minutes without a byte.
 */
final class PeerSession {
  private static final int IDLE_MILLIS = 300_000;
  private static final int MAX_LINE = 65_536;
  private static final int RECORD_HEADER = 5;
  private static final int LARGE_HELLO = 1_000;

  /** A fatal alert "handshake_failure" (RFC 8446 §6) in a record of its own. */
  private static final byte[] HANDSHAKE_FAILURE = {21, 3, 3, 0, 2, 2, 40};

  /** The script ends the session here. */
  private static final class Dropped extends IOException {
    private static final long serialVersionUID = 1;

    Dropped(PeerStage stage) {
      super("dropped by the script at " + stage);
    }
  }

  private final ScriptedPeer peer;
  private final PeerTranscript transcript;
  private final Socket socket;
  private TimedInput in;
  private OutputStream out;
  private @Nullable TlsStream tls;

  private boolean lmtp;
  private boolean loggedIn;
  private @Nullable String from;
  private boolean mailRefused;
  private String mailParameters = "";
  private final List<String> recipients = new ArrayList<>();
  private @Nullable Chunks chunks;

  /** A message that comes in chunks (RFC 3030 §2): all that has arrived of it. */
  private record Chunks(@Nullable Path part, PeerContent content, long beganNanos)
      implements AutoCloseable {
    @Override
    public void close() throws IOException {
      content.close();
      if (part != null) {
        Files.deleteIfExists(part);
      }
    }
  }

  PeerSession(ScriptedPeer peer, PeerTranscript transcript, Socket socket) throws IOException {
    this.peer = peer;
    this.transcript = transcript;
    this.socket = socket;
    socket.setSoTimeout(IDLE_MILLIS);
    socket.setTcpNoDelay(true);
    in = new TimedInput(socket.getInputStream());
    out = new BufferedOutputStream(socket.getOutputStream());
  }

  void run() {
    try (socket) {
      if (answer(PeerStage.BANNER, Reply.of(220, "", peer.hostName() + " ESMTP"))) {
        while (command()) {}
      }
      transcript.end("closed by the peer");
      if (tls != null) {
        tls.close();
      }
    } catch (IOException ended) {
      transcript.end("ended: " + ended.getMessage());
    } finally {
      discardChunks();
    }
  }

  /** One command; false when the session is over. */
  private boolean command() throws IOException {
    String line = readLine();
    transcript.command(line);
    String[] words = line.split(" ", 2);
    String argument = words.length > 1 ? words[1] : "";
    switch (words[0].toUpperCase(Locale.ROOT)) {
      case "EHLO", "LHLO", "HELO" -> hello(words[0].toUpperCase(Locale.ROOT), argument);
      case "STARTTLS" -> {
        return startTls();
      }
      case "AUTH" -> auth(argument);
      case "MAIL" -> mail(argument);
      case "RCPT" -> rcpt(argument);
      case "DATA" -> data();
      case "BDAT" -> bdat(argument);
      case "RSET" -> {
        reset();
        answer(PeerStage.RSET, Reply.of(250, "2.0.0", "Ok"));
      }
      case "NOOP" -> send(Reply.of(250, "2.0.0", "Ok"));
      case "QUIT" -> {
        answer(PeerStage.QUIT, Reply.of(221, "2.0.0", "Bye"));
        return false;
      }
      default -> send(Reply.of(500, "5.5.1", "Unknown command"));
    }
    return true;
  }

  private void hello(String verb, String client) throws IOException {
    reset();
    transcript.hello(client);
    lmtp = verb.equals("LHLO");
    List<String> lines = new ArrayList<>(List.of(peer.hostName()));
    if (!verb.equals("HELO")) {
      lines.addAll(peer.capabilities());
      if (tls == null && peer.offersStartTls()) {
        lines.add("STARTTLS");
      }
      if (tls != null && peer.login() != null) {
        lines.add("AUTH " + String.join(" ", peer.login().mechanisms()));
      }
    }
    answer(PeerStage.EHLO, Reply.of(250, "", lines.toArray(String[]::new)));
  }

  private boolean startTls() throws IOException {
    if (tls != null || !peer.offersStartTls()) {
      send(Reply.of(502, "5.5.1", "STARTTLS is not offered"));
      return true;
    }
    int injected = in.available();
    if (injected > 0) { // RFC 3207 §6: plaintext behind STARTTLS is thrown away
      in.skipNBytes(injected);
      transcript.note("%d bytes of plaintext after STARTTLS".formatted(injected));
    }
    if (!answer(PeerStage.STARTTLS, Reply.of(220, "2.0.0", "Ready to start TLS"))) {
      return true;
    }
    SslContext context = peer.tlsContext();
    if (context == null) {
      in.read(); // the client's hello has begun
      socket.getOutputStream().write(HANDSHAKE_FAILURE);
      transcript.note("handshake refused");
      return false;
    }
    byte[] begun = new byte[0];
    if (peer.refusesLargeHello()) {
      begun = socket.getInputStream().readNBytes(RECORD_HEADER);
      int length = begun.length < RECORD_HEADER ? 0 : (begun[3] & 0xff) << 8 | begun[4] & 0xff;
      if (length > LARGE_HELLO) {
        transcript.note("refused a hello of %d octets".formatted(length));
        return false;
      }
    }
    TlsStream stream = new TlsStream(socket, LabTls.engine(context), begun);
    try {
      stream.handshake();
    } catch (IOException failed) {
      transcript.note("handshake failed: " + failed.getMessage());
      return false;
    }
    transcript.tls(stream.engine().getSession());
    tls = stream;
    in = new TimedInput(stream.in());
    out = new BufferedOutputStream(stream.out());
    reset();
    return true;
  }

  private void auth(String argument) throws IOException {
    if (step(PeerStage.AUTH) instanceof PeerStep.Answer(Reply scripted)) {
      send(scripted);
      return;
    }
    PeerLogin login = peer.login();
    if (login != null && !login.knows(argument)) {
      send(Reply.of(504, "5.7.4", "Unrecognized authentication type"));
      return;
    }
    loggedIn =
        login != null
            && tls != null
            && login.admits(
                argument,
                peer.certificate(),
                challenge -> {
                  send(Reply.of(334, "", challenge));
                  String answer = readLine();
                  transcript.command(answer);
                  return answer;
                });
    send(
        loggedIn
            ? Reply.of(235, "2.7.0", "Welcome")
            : Reply.of(535, "5.7.8", "Credentials invalid: " + argument));
  }

  private void mail(String argument) throws IOException {
    peer.witness().envelope(peer.hostName(), transcript.hello(), "MAIL");
    if (peer.login() != null && !loggedIn) {
      send(Reply.of(530, "5.7.0", "Log in first"));
      return;
    }
    if (from != null || !argument.regionMatches(true, 0, "FROM:", 0, 5)) {
      send(Reply.of(503, "5.5.1", "MAIL FROM:<address> once a transaction"));
      return;
    }
    String parameters = argument.substring(argument.lastIndexOf('>') + 1).strip();
    Reply reply = unannounced(parameters);
    if (reply == null) {
      reply = reply(PeerStage.MAIL, Reply.of(250, "2.1.0", "Ok"));
    }
    if (reply.isPositive()) {
      from = path(argument);
      mailParameters = parameters;
    }
    mailRefused = reply.isPermanent();
    send(reply);
  }

  /** The refusal of a parameter whose extension is not announced; null: none. */
  private @Nullable Reply unannounced(String parameters) {
    for (String parameter : parameters.split(" ")) {
      boolean announced =
          switch (parameter) {
            case "SMTPUTF8" -> announces("SMTPUTF8");
            case "BODY=BINARYMIME" -> announces("BINARYMIME") && announces("CHUNKING");
            default -> true;
          };
      if (!announced) {
        return Reply.of(555, "5.5.4", parameter + " was not announced");
      }
    }
    return null;
  }

  private boolean announces(String keyword) {
    return peer.capabilities().contains(keyword);
  }

  private void rcpt(String argument) throws IOException {
    String path = path(argument);
    peer.witness().envelope(peer.hostName(), transcript.hello(), "RCPT " + path);
    if (from == null) {
      if (mailRefused) { // its MAIL came in one go with it (RFC 2920 §3.1)
        peer.witness().refused(peer.hostName(), path, "MAIL");
      }
      send(Reply.of(503, "5.5.1", "MAIL first"));
      return;
    }
    Reply scripted = peer.script().recipient(path);
    Reply usual = scripted == null ? Reply.of(250, "2.1.5", "Ok") : scripted;
    Reply reply = reply(PeerStage.RCPT, usual);
    if (reply.isPositive()) {
      recipients.add(path);
    }
    refused(reply, List.of(path), "RCPT");
    send(reply);
  }

  private void data() throws IOException {
    if (chunks != null || mailParameters.contains("BODY=BINARYMIME")) { // RFC 3030 §2, §3
      send(Reply.of(503, "5.5.1", "BDAT, not DATA"));
      return;
    }
    Reply reply =
        recipients.isEmpty()
            ? reply(PeerStage.DATA_FOR_NOBODY, Reply.of(503, "5.5.1", "No valid recipients"))
            : reply(PeerStage.DATA, Reply.of(354, "", "End data with <CR><LF>.<CR><LF>"));
    refused(reply, recipients, "DATA");
    long dataNanos = System.nanoTime();
    send(reply);
    if (reply.isPositive()) {
      MessageFolder folder = peer.folder();
      Path part = folder == null ? null : folder.begin();
      try {
        receive(part, dataNanos);
      } finally {
        if (part != null) {
          Files.deleteIfExists(part);
        }
        reset();
      }
    }
  }

  private void receive(@Nullable Path part, long dataNanos) throws IOException {
    PeerContent content = new PeerContent(in, part);
    try (content) {
      DataReader.copy(in, content, () -> step(PeerStage.CONTENT));
    }
    taken(part, content, dataNanos);
  }

  /**
   * A chunk of the content, its octets directly behind the command. What follows one that was
   * refused is refused until RSET.
   */
  private void bdat(String argument) throws IOException {
    if (!argument.matches("[0-9]{1,9}( (?i)LAST)?")) {
      send(Reply.of(501, "5.5.4", "BDAT size, or BDAT size LAST"));
      return;
    }
    String[] words = argument.split(" ");
    int size = Integer.parseInt(words[0]);
    boolean last = words.length > 1;
    if (!announces("CHUNKING") || recipients.isEmpty()) {
      in.skipNBytes(size); // RFC 3030 §2: thrown away before it is refused
      send(Reply.of(503, "5.5.1", "No valid recipients, or no CHUNKING"));
      return;
    }
    Chunks message = chunks;
    if (message == null) {
      MessageFolder folder = peer.folder();
      Path part = folder == null ? null : folder.begin();
      message = new Chunks(part, new PeerContent(in, part), System.nanoTime());
      chunks = message;
    }
    for (int i = 0; i < size; i++) {
      int octet = in.read();
      if (octet < 0) {
        throw new EOFException("connection closed in the content");
      }
      message.content().write(octet);
    }
    if (last) {
      message.content().close();
      try {
        taken(message.part(), message.content(), message.beganNanos());
      } finally {
        reset();
      }
      return;
    }
    Reply reply = reply(PeerStage.CHUNK, Reply.of(250, "2.0.0", size + " octets received"));
    if (!reply.isPositive()) {
      refused(reply, recipients, "BDAT");
      reset();
    }
    send(reply);
  }

  private void discardChunks() {
    Chunks message = chunks;
    chunks = null;
    if (message != null) {
      try {
        message.close();
      } catch (IOException failed) {
        transcript.note("a message's chunks are left: " + failed.getMessage());
      }
    }
  }

  /** All of the content has come: the script's reply. */
  private void taken(@Nullable Path part, PeerContent content, long dataNanos) throws IOException {
    PeerStep step = step(PeerStage.END_OF_DATA);
    Reply reply =
        step instanceof PeerStep.Answer(Reply other) ? other : Reply.of(250, "2.0.0", "Kept");
    boolean answered = !(step instanceof PeerStep.TakeAndDrop);
    if (reply.isPositive()) {
      keep(part, content, dataNanos, answered);
    }
    if (!answered) {
      throw new Dropped(PeerStage.END_OF_DATA);
    }
    refused(reply, recipients, "end of data");
    int replies = lmtp ? recipients.size() : 1; // RFC 2033 §4.2: one for each recipient
    for (int i = 0; i < replies; i++) {
      send(reply);
    }
  }

  private void keep(@Nullable Path part, PeerContent content, long dataNanos, boolean answered)
      throws IOException {
    peer.witness()
        .took(
            new PeerMessage(
                transcript,
                from == null ? "" : from,
                recipients,
                mailParameters,
                part == null ? null : MessageFolder.finish(part),
                content.trace(),
                content.start(),
                content.sha256(),
                content.size(),
                dataNanos,
                content.lastNanos(),
                in.arrived(),
                System.nanoTime(),
                answered));
  }

  private void refused(Reply reply, List<String> whom, String command) {
    if (reply.isPermanent()) {
      whom.forEach(recipient -> peer.witness().refused(peer.hostName(), recipient, command));
    }
  }

  /** Sends the script's reply or the usual one; whether it was positive. */
  private boolean answer(PeerStage stage, Reply usual) throws IOException {
    Reply reply = reply(stage, usual);
    send(reply);
    return reply.isPositive();
  }

  private Reply reply(PeerStage stage, Reply usual) throws IOException {
    return step(stage) instanceof PeerStep.Answer(Reply scripted) ? scripted : usual;
  }

  /** Takes the script's step, and waits or ends the session where the step says so. */
  private PeerStep step(PeerStage stage) throws IOException {
    PeerStep step = peer.script().take(stage);
    switch (step) {
      case PeerStep.Drop drop -> throw new Dropped(stage);
      case PeerStep.TakeAndDrop drop when stage != PeerStage.END_OF_DATA ->
          throw new Dropped(stage);
      case PeerStep.GoOnAfter(Duration time) -> peer.awaitTime(time);
      case PeerStep.Hang hang -> {
        CountDownLatch release = peer.hang();
        transcript.note("hangs at " + stage);
        ScriptedPeer.awaitRelease(release);
      }
      default -> {}
    }
    return step;
  }

  private void send(Reply reply) throws IOException {
    transcript.reply(reply.toString());
    out.write(reply.toBytes());
    out.flush();
  }

  private String readLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(128);
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("connection closed by the client");
      }
      if (line.size() >= MAX_LINE) {
        throw new IOException("command line longer than " + MAX_LINE);
      }
      line.write(b);
    }
    String text = line.toString(StandardCharsets.UTF_8);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  private void reset() {
    discardChunks();
    from = null;
    mailRefused = false;
    mailParameters = "";
    recipients.clear();
  }

  /** The text between the first bracket and the last: {@code "FROM:<a@b> SIZE=3"} → a@b. */
  private static String path(String argument) {
    int open = argument.indexOf('<');
    int close = argument.lastIndexOf('>');
    return open >= 0 && close > open ? argument.substring(open + 1, close) : argument;
  }
}
