package io.postern.operator.commands.access;

import io.postern.commandline.OutputOption;
import io.postern.operator.api.AccessClient;
import io.postern.operator.api.Credentials;
import io.postern.operator.api.ServiceApi;
import io.postern.operator.connection.ConnectionOptions;
import io.postern.operator.connection.Installation;
import io.postern.operator.signin.DeviceCode;
import io.postern.operator.signin.DeviceFlow;
import io.postern.operator.signin.EmergencyToken;
import io.postern.operator.signin.Grant;
import io.postern.operator.signin.Provider;
import io.postern.operator.signin.ProviderHttp;
import io.postern.operator.signin.Token;
import io.postern.operator.signin.Waiting;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Command that gets a token, by which later commands show who asks. */
@Command(
    name = "sign-in",
    description = {
      "Signs in to the services of a context. With an OpenID provider, you confirm in a browser;",
      "with --user, or without a provider, the password of a local user is read without echo, or "
          + "from standard input; and so is the code of a user with a second factor, in a second line.",
      "With --emergency-key, a token of 15 minutes is signed here, for operators when policy-service "
          + "or Kafka is unavailable; the services must have the public key.",
      "The token is stored in ~/.config/postern/tokens, readable only by you, and sent only to "
          + "these services."
    },
    mixinStandardHelpOptions = true)
public final class SignIn implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<Result> output = new OutputOption<>();

  @Option(
      names = "--user",
      paramLabel = "USER",
      description = "a local user (default: the provider asks who you are)")
  private @Nullable String user;

  @Option(
      names = "--emergency-key",
      paramLabel = "FILE",
      description = "an Ed25519 private key, PEM; --user names its holder (default: $USER)")
  private @Nullable Path emergencyKey;

  /**
   * @param until when the token ends
   * @param renewed it is renewed while the provider's session lasts
   * @param services where it is sent
   */
  record Result(String user, String until, boolean renewed, SortedSet<String> services) {
    List<String> lines() {
      List<String> lines = new ArrayList<>();
      lines.add(
          "signed in as "
              + user
              + (renewed ? ", while the provider renews the token" : ", until " + until));
      services.forEach(service -> lines.add("  " + service));
      return lines;
    }
  }

  @Override
  public Integer call() throws Exception {
    Installation installation = connection.installation();
    Token token;
    if (emergencyKey != null) {
      token = byKey(installation, emergencyKey);
    } else if (user != null) {
      token = byPassword(installation, user);
    } else {
      ServiceApi service = installation.someService(Credentials.none());
      Optional<AccessClient.Provider> provider = new AccessClient(service).provider();
      if (provider.isEmpty()) {
        throw new IOException(service + " has no OpenID provider: add --user NAME");
      }
      token = byProvider(installation, service, provider.get());
    }
    installation.tokenFile().put(token);
    for (String key : installation.credentialsFiles()) {
      output.note("the context has " + key + ", which overrides the token");
    }
    Result result =
        new Result(token.user(), token.ends(), token.renewal() != null, token.services());
    output.print(result, result::lines);
    return 0;
  }

  private static Token byPassword(Installation installation, String user)
      throws IOException, InterruptedException {
    String password = PasswordInput.read("Password of " + user);
    AccessClient.Issued issued =
        new AccessClient(installation.policy(Credentials.password(user, password)))
            .token(() -> PasswordInput.read("Code of the second factor of " + user));
    return new Token(
        installation.context(),
        user,
        issued.token(),
        issued.ends().toString(),
        Token.origins(installation.services()),
        null);
  }

  /** Asks no service: each decides when it sees the token. */
  private Token byKey(Installation installation, Path key) throws IOException {
    String holder = user != null ? user : System.getProperty("user.name", "");
    Instant now = Instant.now();
    Instant end = now.plus(EmergencyToken.LASTS).truncatedTo(ChronoUnit.SECONDS);
    return new Token(
        installation.context(),
        holder,
        EmergencyToken.signed(key, holder, now, end),
        end.toString(),
        Token.origins(installation.services()),
        null);
  }

  private Token byProvider(
      Installation installation, ServiceApi service, AccessClient.Provider named)
      throws IOException, InterruptedException {
    // Before anything is sent there: a service that lies could name anybody.
    output.note(
        service
            + " names the provider "
            + ProviderHttp.shown(named.issuer())
            + " (client "
            + ProviderHttp.shown(named.clientId())
            + ", scopes "
            + ProviderHttp.shown(named.scopes())
            + ")");
    Provider provider = Provider.discover(installation.provider(), named.issuer());
    Grant grant =
        new DeviceFlow(provider, Waiting.system())
            .grant(named.clientId(), named.scopes(), this::show);
    return new Token(
        installation.context(),
        name(installation, grant),
        grant.accessToken(),
        grant.ends().toString(),
        Token.origins(installation.services()),
        grant.refreshToken() == null
            ? null
            : new Token.Renewal(named.issuer(), named.clientId(), grant.refreshToken()));
  }

  private void show(DeviceCode code) {
    output.note(
        "open %s and enter the code %s, within %d minutes"
            .formatted(code.address(), code.userCode(), Math.max(1, code.life().toMinutes())));
    if (!code.completeAddress().isEmpty()) {
      output.note("or open " + code.completeAddress() + " and compare the code");
    }
  }

  /** A token that the services do not take is not kept. */
  private static String name(Installation installation, Grant grant)
      throws IOException, InterruptedException {
    ServiceApi service = installation.someService(Credentials.token(grant.accessToken()));
    try {
      return new AccessClient(service).me().path("name").asText();
    } catch (IOException e) {
      throw new IOException(
          "the provider's token was not accepted: "
              + e.getMessage()
              + " (the log of the service has the reason)",
          e);
    }
  }
}
