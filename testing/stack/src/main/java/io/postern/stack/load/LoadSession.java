package io.postern.stack.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One SMTP session of a run: as many messages as a session has, then QUIT. On the run's thread. */
final class LoadSession extends ChannelInboundHandlerAdapter {
  private static final int LONGEST_REPLY = 4_096;

  private enum State {
    BANNER,
    EHLO,
    STARTTLS,
    HANDSHAKE,
    READY,
    MAIL,
    RCPT,
    DATA,
    CONTENT,
    RSET,
    QUIT
  }

  private final LoadRun run;
  private final StringBuilder reply = new StringBuilder(); // of this reply, all its lines
  private int line; // where its last line begins
  private @Nullable ChannelHandlerContext channel;
  private State state = State.BANNER;
  private boolean encrypted;
  private boolean pipelining;
  private boolean chunking;
  private int sent;
  private int number = -1; // of the message that is under way; none: -1
  private int refusal; // the first code that refused it
  private long endOfData;
  private boolean over;

  LoadSession(LoadRun run) {
    this.run = run;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    channel = context;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    run.sessions().add(context.channel());
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object octets) {
    ByteBuf in = (ByteBuf) octets;
    try {
      while (in.isReadable() && !over) {
        char c = (char) (in.readByte() & 0xff);
        reply.append(c);
        if (c == '\n') {
          lineEnded();
        } else if (reply.length() > LONGEST_REPLY) {
          broken("a reply without end");
        }
      }
    } finally {
      in.release();
    }
  }

  private void lineEnded() {
    boolean last = reply.length() - line < 4 || reply.charAt(line + 3) != '-';
    line = reply.length();
    if (!last) {
      return;
    }
    int code = code();
    String text = state == State.EHLO ? reply.toString() : "";
    reply.setLength(0);
    line = 0;
    replied(code, text);
  }

  private int code() {
    int code = 0;
    for (int i = 0; i < 3 && i < reply.length(); i++) {
      code = 10 * code + Character.digit(reply.charAt(i), 10);
    }
    return code;
  }

  private void replied(int code, String text) {
    switch (state) {
      case BANNER -> expect(code, 220, this::ehlo);
      case EHLO -> expect(code, 250, () -> capabilities(text.toUpperCase(Locale.ROOT)));
      case STARTTLS -> expect(code, 220, this::handshake);
      case MAIL -> {
        note(code);
        if (pipelining) {
          state = State.RCPT;
        } else if (refusal != 0) {
          refused();
        } else {
          say(State.RCPT, rcpt());
        }
      }
      case RCPT -> {
        note(code);
        if (pipelining) {
          state = chunking ? State.CONTENT : State.DATA;
        } else if (refusal != 0) {
          refused();
        } else if (chunking) {
          chunk("");
        } else {
          say(State.DATA, "DATA\r\n");
        }
      }
      case DATA -> {
        if (code != 354) {
          note(code);
          refused();
        } else if (refusal != 0) { // the relay took DATA though it has no recipient
          say(State.CONTENT, ".\r\n");
        } else {
          content();
        }
      }
      case CONTENT -> {
        note(code);
        if (refusal == 0) {
          run.accepted(number, endOfData);
          number = -1;
          next();
        } else {
          refused();
        }
      }
      case RSET -> next();
      case QUIT -> close(false);
      case HANDSHAKE, READY -> broken("a reply to nothing: " + code);
    }
  }

  private void expect(int code, int expected, Runnable then) {
    if (code == expected) {
      then.run();
    } else {
      broken(code + " at " + state);
    }
  }

  private void note(int code) {
    if (refusal == 0 && code / 100 != 2) {
      refusal = code;
    }
  }

  private void refused() {
    run.failed(refusal + " at " + state);
    number = -1;
    if (refusal == 421) { // RFC 5321 §3.8: the server closes
      close(true);
    } else if (state == State.CONTENT) {
      next();
    } else {
      say(State.RSET, "RSET\r\n");
    }
  }

  private void ehlo() {
    say(State.EHLO, "EHLO load.test\r\n");
  }

  private void capabilities(String offered) {
    SslContext tls = run.tls();
    if (tls != null && !encrypted) {
      if (offered.contains("STARTTLS")) {
        say(State.STARTTLS, "STARTTLS\r\n");
      } else {
        broken("no STARTTLS");
      }
      return;
    }
    pipelining = run.options().pipelining() && offered.contains("PIPELINING");
    chunking = run.options().chunking() && offered.contains("CHUNKING");
    next();
  }

  private void handshake() {
    SslContext tls = run.tls();
    ChannelHandlerContext context = context();
    if (tls == null) {
      throw new IllegalStateException("STARTTLS was not said");
    }
    state = State.HANDSHAKE;
    SslHandler handler = tls.newHandler(context.alloc());
    context.pipeline().addFirst(handler);
    handler
        .handshakeFuture()
        .addListener(
            done -> {
              if (done.isSuccess()) {
                encrypted = true;
                ehlo();
              } else {
                broken("handshake");
              }
            });
  }

  /** The next message, or QUIT. */
  void next() {
    int most = run.options().perSession();
    if (over) {
      return;
    }
    if (!run.more() || (most > 0 && sent >= most)) {
      say(State.QUIT, "QUIT\r\n");
    } else {
      state = State.READY;
      run.ready(this);
    }
  }

  /**
   * Begins a message.
   *
   * @param at the time from which its latencies count
   */
  void begin(long at) {
    if (over) {
      return;
    }
    number = run.take(at);
    sent++;
    refusal = 0;
    String mail = "MAIL FROM:<sender@load.test>\r\n";
    if (!pipelining) {
      say(State.MAIL, mail);
    } else if (chunking) {
      chunk(mail + rcpt());
      state = State.MAIL;
    } else {
      say(State.MAIL, mail + rcpt() + "DATA\r\n");
    }
  }

  private String rcpt() {
    return "RCPT TO:<" + run.recipient(number) + ">\r\n";
  }

  /** After 354. */
  private void content() {
    state = State.CONTENT;
    write(run.template().field(number));
    written(context().writeAndFlush(run.template().rest(true)));
  }

  /** All of it in one BDAT (RFC 3030 §2), which needs no dot and no permission. */
  private void chunk(String before) {
    state = State.CONTENT;
    String field = run.template().field(number);
    write(before + "BDAT " + run.template().octets(field) + " LAST\r\n" + field);
    written(context().writeAndFlush(run.template().rest(false)));
  }

  /** Its time counts from the last octet that the system has taken. */
  private void written(ChannelFuture content) {
    endOfData = Times.now();
    if (!content.isDone()) {
      content.addListener(done -> endOfData = Times.now());
    }
  }

  private void say(State then, String commands) {
    state = then;
    write(commands);
    context().flush();
  }

  private void write(String text) {
    ChannelHandlerContext context = context();
    ByteBuf out = context.alloc().directBuffer(text.length());
    ByteBufUtil.writeAscii(out, text);
    var _ = context.write(out);
  }

  private ChannelHandlerContext context() {
    if (channel == null) {
      throw new IllegalStateException("no connection");
    }
    return channel;
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (context.channel().isActive()) {
      Transport.acknowledge(context.channel());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (!over) {
      if (state == State.QUIT) {
        close(false);
      } else {
        broken("closed at " + state);
      }
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    broken(cause instanceof IOException ? "broken at " + state : cause.toString());
  }

  private void broken(String why) {
    if (!over) {
      run.failed(why);
      close(true);
    }
  }

  private void close(boolean failed) {
    over = true;
    var _ = context().close();
    run.ended(failed);
  }
}
