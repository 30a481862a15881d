package io.postern.operator.connection;

import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;

/**
 * Names of hosts are resolved as the system does it. dnsjava, by which a check asks for TLSA
 * records, would else resolve all names of this program: the first provider on the class path is
 * taken, and this jar is the first.
 */
public final class SystemNames extends InetAddressResolverProvider {
  @Override
  public InetAddressResolver get(Configuration configuration) {
    return configuration.builtinResolver();
  }

  @Override
  public String name() {
    return "system";
  }
}
