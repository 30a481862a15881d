package io.postern.api.signin;

import io.micrometer.core.instrument.MeterRegistry;
import io.postern.api.ApiSettings;
import io.postern.api.audit.AccessAudit;
import io.postern.api.users.SigningKeys;
import io.postern.api.users.UserSettings;
import io.postern.api.users.Users;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;

/** What policy-service has. */
@Singleton
class AccessParts {
  @Produces
  @Singleton
  Users users(UserSettings settings) {
    return new Users(settings);
  }

  @Produces
  @Singleton
  @Startup
  TokenSigner signer(UserSettings settings, ApiSettings api, Users users) throws IOException {
    return new TokenSigner(
        new SigningKeys(settings.signingKeyFile(), api.publicKeysFile()).pair(), users);
  }

  @Produces
  @Singleton
  Passwords passwords(Users users, TokenSigner signer, MeterRegistry metrics, AccessAudit audit) {
    return new Passwords(users, signer, metrics, audit);
  }
}
