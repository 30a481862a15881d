package io.postern.lab.foreign;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** OpenSMTPD, unpacked: it cannot be installed beside Postfix. */
public final class OpenSmtpd implements ForeignProgram {
  private static final String EMPTY = "/var/lib/opensmtpd/empty"; // its chroot

  @Override
  public String name() {
    return "OpenSMTPD";
  }

  @Override
  public Path executable() {
    return UNPACKED.resolve("usr/sbin/smtpd");
  }

  @Override
  public List<String> prepare(Setting setting) throws IOException {
    Path folder = setting.folder();
    Path configuration = folder.resolve("smtpd.conf");
    Files.createDirectories(folder.resolve("lib/opensmtpd/empty"));
    Files.writeString(
        configuration,
        """
        pki "%1$s" cert "%2$s"
        pki "%1$s" key "%3$s"
        smtp max-message-size "50M"
        listen on 127.0.0.1 port %4$d hostname "%1$s" tls pki "%1$s" protocols "tlsv%5$s"
        %6$s
        match from any for rcpt-to "%7$s" reject
        match from any for any action "on"
        """
            .formatted(
                ForeignServer.HOST,
                setting.certificate(),
                setting.key(),
                setting.port(),
                setting.tlsVersion(),
                sending(setting),
                ForeignServer.REFUSED));
    return new PrivateMounts(folder)
        .user("opensmtpd", 902, EMPTY)
        .user("opensmtpq", 903, EMPTY)
        .at("/var/lib", folder.resolve("lib"))
        .at("/var/spool", folder.resolve("spool"))
        .at("/run", folder.resolve("run"))
        .at("/usr/libexec", UNPACKED.resolve("usr/libexec"))
        .run(executable().toString(), "-d", "-f", configuration.toString());
  }

  private static String sending(Setting setting) {
    Onward onward = setting.onward();
    if (!onward.tls()) {
      return "action \"on\" relay host smtp://127.0.0.1:" + onward.port();
    }
    String action =
        "action \"on\" relay host smtp+tls://127.0.0.1:%d tls no-verify protocols \"tlsv%s\""
            .formatted(onward.port(), onward.tlsVersion());
    return onward.client().isEmpty()
        ? action
        : """
        pki "client" cert "%1$s.pem"
        pki "client" key "%1$s.key"
        %2$s pki "client"
        """
            .formatted(setting.folder().resolve(onward.client()), action);
  }
}
