package io.postern.dns;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.TSIG;

/**
 * Servers below the validator. A refusal of theirs (SERVFAIL) is a failure, which the validator
 * would take for a forged answer.
 */
final class AnsweringServers implements Resolver {
  private final Resolver servers;

  AnsweringServers(Resolver servers) {
    this.servers = servers;
  }

  @Override
  public CompletionStage<Message> sendAsync(Message query, Executor executor) {
    return servers.sendAsync(query, executor).thenApply(AnsweringServers::answered);
  }

  private static Message answered(Message response) {
    int rcode = response.getRcode();
    if (rcode != Rcode.NOERROR && rcode != Rcode.NXDOMAIN) {
      throw new CompletionException(new IOException(Rcode.string(rcode)));
    }
    return response;
  }

  @Override
  public void setPort(int port) {
    servers.setPort(port);
  }

  @Override
  public void setTCP(boolean tcp) {
    servers.setTCP(tcp);
  }

  @Override
  public void setIgnoreTruncation(boolean ignore) {
    servers.setIgnoreTruncation(ignore);
  }

  @Override
  public void setEDNS(int version, int payload, int flags, List<EDNSOption> options) {
    servers.setEDNS(version, payload, flags, options);
  }

  @Override
  public void setTSIGKey(TSIG key) {
    servers.setTSIGKey(key);
  }

  @Override
  public Duration getTimeout() {
    return servers.getTimeout();
  }

  @Override
  public void setTimeout(Duration timeout) {
    servers.setTimeout(timeout);
  }
}
