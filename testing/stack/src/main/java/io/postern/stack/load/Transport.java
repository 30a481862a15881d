package io.postern.stack.load;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.postern.lab.Identity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;
import jdk.net.ExtendedSocketOptions;

/** What load and sink have in common: one thread, loopback, TLS and acknowledgements at once. */
final class Transport {
  private static final ChannelOption<Boolean> QUICK_ACK =
      NioChannelOption.of(ExtendedSocketOptions.TCP_QUICKACK);

  /** Without the hybrid group: a benchmark compares relays, and not all have it. */
  private static final String[] GROUPS = {"X25519", "P-256"};

  private Transport() {}

  static NioEventLoopGroup group(String name) {
    return new NioEventLoopGroup(1, new DefaultThreadFactory(name, true));
  }

  /**
   * After each read: a peer that keeps Nagle's algorithm on would wait 40 ms for a delayed
   * acknowledgement. The kernel forgets the option by itself.
   */
  static void acknowledge(Channel channel) {
    channel.config().setOption(QUICK_ACK, true);
  }

  /** An address of this machine; others are refused. */
  static InetSocketAddress loopback(String host, int port) throws UnknownHostException {
    InetAddress address = InetAddress.getByName(host);
    if (!address.isLoopbackAddress()) {
      throw new IllegalArgumentException(host + " is not a loopback address");
    }
    return new InetSocketAddress(address, port);
  }

  /** Takes any certificate; each session has a full handshake. */
  static SslContext client() throws SSLException {
    return SslContextBuilder.forClient()
        .sslProvider(SslProvider.OPENSSL)
        .trustManager(InsecureTrustManagerFactory.INSTANCE)
        .endpointIdentificationAlgorithm("")
        .option(OpenSslContextOption.GROUPS, GROUPS)
        .build();
  }

  /** Gives tickets, so that a relay may resume its sessions. */
  static SslContext server(Identity identity) throws SSLException {
    SslContext context =
        SslContextBuilder.forServer(
                identity.key(), identity.chain().toArray(X509Certificate[]::new))
            .sslProvider(SslProvider.OPENSSL)
            .option(OpenSslContextOption.GROUPS, GROUPS)
            .build();
    ((OpenSslSessionContext) context.sessionContext())
        .setTicketKeys(new OpenSslSessionTicketKey(random(16), random(16), random(16)));
    return context;
  }

  private static byte[] random(int octets) {
    byte[] random = new byte[octets];
    new SecureRandom().nextBytes(random);
    return random;
  }
}
