package io.postern.certificate.fetch;

import io.postern.certificate.fetch.FetchException.Kind;

/** The judge of the servers of fetches by https. Any thread. */
@FunctionalInterface
public interface ServerCheck {
  /**
   * Before anything is sent to the server. Its time is the fetch's too.
   *
   * @param host in small letters
   * @throws FetchException {@link Kind#UNTRUSTED}: it does not prove to be this host
   */
  void check(String host, TlsClient.Shown shown) throws FetchException, InterruptedException;
}
