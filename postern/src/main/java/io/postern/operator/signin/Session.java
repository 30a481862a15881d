package io.postern.operator.signin;

import io.postern.operator.api.Credentials;
import java.io.IOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The user who is signed in, for requests to one service. A provider's token that has ended is
 * renewed. Any thread.
 */
public final class Session implements Credentials {
  private static final String AGAIN = "; sign in again: postern sign-in";

  private final TokenFile file;
  private final URI service;
  private final String instead;
  private final Supplier<ProviderHttp> http;
  private final InstantSource clock;

  /**
   * @param service the token is sent there only if it was given for this address
   * @param instead the key that names a credentials file, for the message where nobody is signed in
   * @param http to the provider
   */
  public Session(
      TokenFile file,
      URI service,
      String instead,
      Supplier<ProviderHttp> http,
      InstantSource clock) {
    this.file = file;
    this.service = service;
    this.instead = instead;
    this.http = http;
    this.clock = clock;
  }

  @Override
  public String authorization() throws IOException {
    Token token = mine(file.read());
    return "Bearer " + (token.isGood(clock.instant()) ? token : file.locked(this::renewed)).token();
  }

  @Override
  public String cure() {
    return AGAIN;
  }

  private Token mine(Optional<Token> read) throws IOException {
    Token token =
        read.orElseThrow(
            () ->
                new IOException(
                    "not signed in: run postern sign-in, or set a file with user:password as "
                        + instead));
    if (!token.isFor(service)) {
      throw new IOException(
          "the token of "
              + token.user()
              + " was given for "
              + String.join(", ", token.services())
              + "and is not sent to "
              + service
              + AGAIN);
    }
    return token;
  }

  /** Another process may have renewed it meanwhile: a refresh token is often good once. */
  private Token renewed() throws IOException {
    Token token = mine(file.read());
    if (token.isGood(clock.instant())) {
      return token;
    }
    Token.Renewal renewal = token.renewal();
    if (renewal == null) {
      throw new IOException("the token of " + token.user() + " expired at " + token.ends() + AGAIN);
    }
    Token renewed;
    try {
      Provider provider = Provider.discover(http.get(), renewal.issuer());
      renewed = token.renewed(provider.renew(renewal, clock.instant()));
    } catch (ProviderHttp.UnreachableException e) {
      throw new IOException(
          "the token of "
              + token.user()
              + " expired at "
              + token.ends()
              + ", and its provider cannot renew it now: "
              + e.getMessage(),
          e);
    } catch (IOException e) {
      throw new IOException(
          "the token of "
              + token.user()
              + " expired at "
              + token.ends()
              + ", and its provider does not renew it: "
              + e.getMessage()
              + AGAIN,
          e);
    }
    file.write(renewed);
    return renewed;
  }
}
