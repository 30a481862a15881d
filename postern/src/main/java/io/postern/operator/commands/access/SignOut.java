package io.postern.operator.commands.access;

import io.postern.commandline.OutputOption;
import io.postern.operator.api.AccessClient;
import io.postern.operator.api.Credentials;
import io.postern.operator.connection.ConnectionOptions;
import io.postern.operator.connection.Installation;
import io.postern.operator.signin.Provider;
import io.postern.operator.signin.Token;
import io.postern.operator.signin.TokenFile;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Command that removes the token of a context. */
@Command(
    name = "sign-out",
    description = {
      "Removes the token of a context and ends its session in every service. The OpenID provider's "
          + "refresh token is revoked there, if the provider supports that.",
      "Exit code 0: removed, 1: you were not signed in."
    },
    mixinStandardHelpOptions = true)
public final class SignOut implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOption<Result> output = new OutputOption<>();

  @Option(names = "--all", description = "ends all sessions of the user, browsers included")
  private boolean all;

  /**
   * @param revoked its session is ended, or the provider has revoked it
   * @param note what else is to be known of the token
   */
  record Result(boolean signedOut, boolean revoked, String note) {}

  @Override
  public Integer call() throws Exception {
    Installation installation = connection.installation();
    TokenFile.Removed removed = installation.tokenFile().remove();
    if (!removed.problem().isEmpty()) {
      output.note(removed.problem());
    }
    Result result =
        removed.wasThere()
            ? ended(installation, removed.token())
            : new Result(false, false, "not signed in");
    output.print(result, () -> List.of(result.note()));
    return result.signedOut() ? 0 : 1;
  }

  private Result ended(Installation installation, Optional<Token> token) {
    String copy =
        "; a copy of the access token is valid until "
            + token.map(Token::ends).orElse("it expires");
    Result here =
        token.map(one -> session(installation, one, copy)).orElseGet(() -> signedOut(copy));
    Token.Renewal renewal = token.map(Token::renewal).orElse(null);
    if (renewal == null) {
      return here;
    }
    try {
      return Provider.discover(installation.provider(), renewal.issuer()).revoke(renewal)
          ? new Result(true, true, here.note() + "; the provider has revoked the refresh token")
          : new Result(true, here.revoked(), here.note() + "; the provider offers no revocation");
    } catch (IOException | IllegalArgumentException e) {
      return new Result(
          true,
          here.revoked(),
          here.note() + "; the provider did not revoke the refresh token: " + e.getMessage());
    }
  }

  private static Result signedOut(String note) {
    return new Result(true, false, "signed out" + note);
  }

  private Result session(Installation installation, Token token, String copy) {
    try {
      AccessClient policy = new AccessClient(installation.policy(Credentials.token(token.token())));
      if (all) {
        policy.endSessions();
        return new Result(true, true, "signed out, and all sessions of " + token.user() + " ended");
      }
      policy.endSession();
      return new Result(true, true, "signed out, and the session ended in every service");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return signedOut(copy);
    } catch (IOException | RuntimeException e) {
      return signedOut("; the session was not ended: " + e.getMessage() + copy);
    }
  }
}
