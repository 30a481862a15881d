package io.postern.policy.access;

import io.micrometer.core.instrument.MeterRegistry;
import io.postern.api.ApiSettings;
import io.postern.api.audit.AccessAudit;
import io.postern.api.signin.Passwords;
import io.postern.api.signin.TokenSigner;
import io.postern.api.users.SigningKeys;
import io.postern.api.users.UserSettings;
import io.postern.api.users.Users;
import io.quarkus.runtime.Startup;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;

/** What only policy-service has: the users' file, the check of passwords, the signer of tokens. */
@Singleton
class AccessParts {
  @Produces
  @Singleton
  @Startup
  Users users(UserSettings settings) {
    return new Users(settings);
  }

  @Produces
  @Singleton
  @Startup
  SigningKeys keys(UserSettings settings, ApiSettings api) {
    try {
      return new SigningKeys(settings.signingKeyFile(), api.publicKeysFile());
    } catch (IllegalStateException e) {
      throw new ConfigurationException(e.getMessage());
    } catch (IOException e) {
      throw new ConfigurationException(
          "postern.api.public-keys-file "
              + api.publicKeysFile()
              + " or the private key "
              + settings.signingKeyFile()
              + " cannot be read or created ("
              + e
              + "): use files in folders that policy-service can write to");
    }
  }

  @Produces
  @Singleton
  TokenSigner signer(SigningKeys keys, Users users) {
    return new TokenSigner(keys.pair(), users);
  }

  @Produces
  @Singleton
  Passwords passwords(Users users, TokenSigner signer, MeterRegistry metrics, AccessAudit audit) {
    return new Passwords(users, signer, metrics, audit);
  }

  void close(@Disposes Passwords passwords) {
    passwords.close();
  }
}
