package io.postern.lab.foreign;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Dovecot's LMTP as it is installed, with Maildirs. */
public final class Dovecot implements ForeignProgram {
  private static final int NOBODY = 65534;

  @Override
  public String name() {
    return "Dovecot";
  }

  @Override
  public Path executable() {
    return Path.of("/usr/lib/dovecot/lmtp");
  }

  @Override
  public boolean lmtp() {
    return true;
  }

  @Override
  public List<String> tlsVersions() {
    return List.of("1.3"); // it has a lowest version and no highest one
  }

  @Override
  public boolean keepsMaildirs() {
    return true;
  }

  @Override
  public List<String> prepare(Setting setting) throws IOException {
    Path folder = setting.folder();
    Path mail = Files.createDirectories(folder.resolve("mail"));
    Files.setAttribute(mail, "unix:uid", NOBODY);
    String users =
        ForeignServer.mailboxes().stream()
            .map(
                mailbox ->
                    "%s@%s::%d:%d::%s\n"
                        .formatted(mailbox, ForeignServer.DOMAIN, NOBODY, NOBODY, mail))
            .collect(Collectors.joining());
    Files.writeString(folder.resolve("users"), users);
    Path configuration = folder.resolve("dovecot.conf");
    Files.writeString(
        configuration,
        """
        dovecot_config_version = 2.4.1
        dovecot_storage_version = 2.4.1
        base_dir = %1$s/run
        state_dir = %1$s/state
        log_path = /dev/stderr
        protocols = lmtp
        hostname = %2$s
        listen = 127.0.0.1
        # style: nobody: a user of the system
        default_internal_user = nobody
        default_internal_group = nogroup
        # style: nobody: a user of the system
        default_login_user = nobody
        ssl = yes
        ssl_min_protocol = TLSv%6$s
        ssl_server {
          cert_file = %3$s
          key_file = %4$s
        }
        mail_driver = maildir
        mail_path = %1$s/mail/%%{user | username}
        # style: nobody: a user of the system
        mail_uid = nobody
        mail_gid = nogroup
        first_valid_uid = 1
        passdb passwd-file {
          passwd_file_path = %1$s/users
        }
        userdb passwd-file {
          passwd_file_path = %1$s/users
        }
        service anvil {
          chroot =
        }
        service stats {
          chroot =
        }
        service lmtp {
          inet_listener lmtp {
            port = %5$d
          }
        }
        """
            .formatted(
                folder,
                ForeignServer.HOST,
                setting.certificate(),
                setting.key(),
                setting.port(),
                setting.tlsVersion()));
    return List.of("dovecot", "-F", "-c", configuration.toString());
  }
}
