package io.postern.stack.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.OpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An SMTP session that takes every message. On the sink's thread. */
final class SinkSession extends ChannelInboundHandlerAdapter {
  private static final int LONGEST_LINE = 4_096;
  private static final String SIZE = "157286400";

  private final Sink sink;
  private final StringBuilder line = new StringBuilder();
  private final StringBuilder replies = new StringBuilder(); // go when the input is used up
  private @Nullable ByteBuf held; // input that waits for a delayed reply
  private @Nullable Arrival message;
  private @Nullable EndOfData endOfData; // within DATA
  private long chunk = -1; // octets of a BDAT that are to come; -1: none
  private boolean lastChunk;
  private boolean hasSender;
  private boolean hasRecipient;
  private boolean encrypted;
  private boolean delayed;
  private boolean over;

  SinkSession(Sink sink) {
    this.sink = sink;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    sink.opened();
    say("220 sink.test ESMTP");
    flush(context);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    over = true;
    sink.closed();
    if (held != null) {
      held.release();
      held = null;
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object octets) {
    ByteBuf in = (ByteBuf) octets;
    if (held != null) {
      in = Unpooled.wrappedBuffer(held, in);
      held = null;
    }
    use(context, in);
  }

  private void use(ChannelHandlerContext context, ByteBuf in) {
    while (in.isReadable() && !over && !delayed) {
      if (message != null && endOfData != null) {
        data(context, in, message, endOfData);
      } else if (message != null && chunk >= 0) {
        chunk(context, in, message);
      } else {
        command(context, in);
      }
    }
    if (in.isReadable() && !over) {
      held = in;
    } else {
      in.release();
    }
  }

  private void data(ChannelHandlerContext context, ByteBuf in, Arrival arrival, EndOfData search) {
    int end = search.in(in);
    int to = end < 0 ? in.writerIndex() : end;
    arrival.feed(in, in.readerIndex(), to);
    in.readerIndex(to);
    if (end >= 0) {
      arrival.end(3);
      endOfData = null;
      took(context, arrival);
    }
  }

  private void chunk(ChannelHandlerContext context, ByteBuf in, Arrival arrival) {
    int octets = (int) Math.min(chunk, in.readableBytes());
    arrival.feed(in, in.readerIndex(), in.readerIndex() + octets);
    in.skipBytes(octets);
    chunk -= octets;
    chunkEnded(context, arrival);
  }

  private void chunkEnded(ChannelHandlerContext context, Arrival arrival) {
    if (chunk > 0) {
      return;
    }
    chunk = -1;
    if (lastChunk) {
      took(context, arrival);
    } else {
      say("250 2.0.0 more");
    }
  }

  private void took(ChannelHandlerContext context, Arrival arrival) {
    message = null;
    hasSender = false;
    hasRecipient = false;
    sink.took(arrival, encrypted);
    if (sink.delayMillis() == 0) {
      say("250 2.0.0 taken");
      return;
    }
    delayed = true;
    context.channel().config().setAutoRead(false);
    var _ =
        context
            .executor()
            .schedule(() -> resume(context), sink.delayMillis(), TimeUnit.MILLISECONDS);
  }

  private void resume(ChannelHandlerContext context) {
    delayed = false;
    if (over) {
      return;
    }
    say("250 2.0.0 taken");
    ByteBuf rest = held;
    held = null;
    if (rest != null) {
      use(context, rest);
    }
    flush(context);
    if (!delayed) {
      context.channel().config().setAutoRead(true);
    }
  }

  private void command(ChannelHandlerContext context, ByteBuf in) {
    int end = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
    int octets = (end < 0 ? in.writerIndex() : end + 1) - in.readerIndex();
    line.append(in.readCharSequence(octets, StandardCharsets.ISO_8859_1));
    if (end >= 0) {
      String command = line.toString().strip();
      line.setLength(0);
      answer(context, in, command, command.toUpperCase(Locale.ROOT));
    } else if (line.length() > LONGEST_LINE) {
      over = true;
      var _ = context.close();
    }
  }

  private void answer(ChannelHandlerContext context, ByteBuf in, String command, String upper) {
    if (upper.startsWith("EHLO")) {
      ehlo();
    } else if (upper.startsWith("HELO")) {
      say("250 sink.test");
    } else if (upper.equals("STARTTLS")) {
      startTls(context, in);
    } else if (upper.startsWith("MAIL")) {
      hasSender = true;
      hasRecipient = false;
      say("250 2.1.0 fine");
    } else if (upper.startsWith("RCPT")) {
      hasRecipient |= hasSender;
      say(hasSender ? "250 2.1.5 fine" : "503 5.5.1 MAIL comes first");
    } else if (upper.equals("DATA")) {
      if (hasRecipient) {
        message = new Arrival();
        endOfData = new EndOfData();
      }
      say(hasRecipient ? "354 go on" : "503 5.5.1 RCPT comes first");
    } else if (upper.startsWith("BDAT ") && sink.chunking()) {
      bdat(context, upper.substring(5).split(" ", -1));
    } else if (upper.equals("RSET")) {
      hasSender = false;
      hasRecipient = false;
      message = null;
      say("250 2.0.0 fine");
    } else if (upper.equals("NOOP")) {
      say("250 2.0.0 fine");
    } else if (upper.equals("QUIT")) {
      say("221 2.0.0 bye");
      over = true;
    } else {
      say("502 5.5.1 unknown: " + command.substring(0, Math.min(20, command.length())));
    }
  }

  private void ehlo() {
    say("250-sink.test");
    say("250-PIPELINING");
    say("250-SIZE " + SIZE);
    if (sink.tls() != null && !encrypted) {
      say("250-STARTTLS");
    }
    if (sink.chunking()) {
      say("250-CHUNKING");
    }
    say("250-ENHANCEDSTATUSCODES");
    say("250-SMTPUTF8");
    say("250 8BITMIME");
  }

  private void bdat(ChannelHandlerContext context, String[] arguments) {
    if (!hasRecipient) { // its octets would be taken for commands
      say("503 5.5.1 RCPT comes first");
      over = true;
      return;
    }
    Arrival arrival = message == null ? new Arrival() : message;
    message = arrival;
    chunk = Long.parseLong(arguments[0]);
    lastChunk = arguments.length > 1;
    chunkEnded(context, arrival);
  }

  private void startTls(ChannelHandlerContext context, ByteBuf in) {
    SslContext tls = sink.tls();
    if (tls == null || encrypted) {
      say("502 5.5.1 not offered");
      return;
    }
    say("220 2.0.0 go on");
    flush(context);
    in.skipBytes(in.readableBytes()); // what came with it was not protected (RFC 3207 §4.2)
    hasSender = false;
    encrypted = true;
    SslHandler handler = tls.newHandler(context.alloc());
    context.pipeline().addFirst(handler);
    handler
        .handshakeFuture()
        .addListener(
            done -> {
              if (done.isSuccess()) {
                sink.handshake(
                    SSL.isSessionReused(((OpenSslEngine) handler.engine()).sslPointer()));
              } else {
                var _ = context.close();
              }
            });
  }

  private void say(String reply) {
    replies.append(reply).append("\r\n");
  }

  private void flush(ChannelHandlerContext context) {
    if (replies.isEmpty()) {
      return;
    }
    ByteBuf out = context.alloc().directBuffer(replies.length());
    ByteBufUtil.writeAscii(out, replies);
    replies.setLength(0);
    var written = context.writeAndFlush(out);
    if (over) {
      var _ = written.addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    flush(context);
    if (context.channel().isActive()) {
      Transport.acknowledge(context.channel());
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    var _ = context.close();
  }
}
