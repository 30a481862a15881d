package io.postern.check;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The system's resolver, but the servers of {@code silent.example} do not answer for a minute. */
public final class SilentNames extends InetAddressResolverProvider {
  static final String DOMAIN = "silent.example";

  @Override
  public InetAddressResolver get(Configuration configuration) {
    InetAddressResolver system = configuration.builtinResolver();
    return new InetAddressResolver() {
      @Override
      public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
          throws UnknownHostException {
        if (!host.endsWith(DOMAIN)) {
          return system.lookupByName(host, policy);
        }
        try {
          if (new CountDownLatch(1).await(1, TimeUnit.MINUTES)) {
            throw new IllegalStateException("nobody counts down");
          }
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt(); // the check is over
        }
        throw new UnknownHostException(host);
      }

      @Override
      public String lookupByAddress(byte[] address) throws UnknownHostException {
        return system.lookupByAddress(address);
      }
    };
  }

  @Override
  public String name() {
    return DOMAIN;
  }
}
