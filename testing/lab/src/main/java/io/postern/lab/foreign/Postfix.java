package io.postern.lab.foreign;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Postfix as it is installed, with an instance of its own. */
public final class Postfix implements ForeignProgram {
  @Override
  public String name() {
    return "Postfix";
  }

  @Override
  public Path executable() {
    return Path.of("/usr/sbin/postfix");
  }

  @Override
  public boolean smtpUtf8() {
    return true;
  }

  @Override
  public List<String> prepare(Setting setting) throws IOException {
    Path folder = setting.folder();
    Path etc = Files.createDirectories(folder.resolve("etc"));
    Files.createDirectories(folder.resolve("spool"));
    Path data = Files.createDirectories(folder.resolve("data"));
    Files.setOwner(
        data,
        data.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("postfix"));
    Files.writeString(
        etc.resolve("main.cf"),
        """
        compatibility_level = 3.6
        queue_directory = %1$s/spool
        data_directory = %1$s/data
        maillog_file = %1$s/maillog
        maillog_file_prefixes = %1$s
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        myhostname = %2$s
        mydestination =
        local_recipient_maps =
        alias_maps =
        alias_database =
        mynetworks = 127.0.0.0/8
        message_size_limit = 52428800
        notify_classes =
        relayhost = [127.0.0.1]:%3$d
        smtpd_relay_restrictions = permit_mynetworks, reject
        smtpd_recipient_restrictions = check_recipient_access inline:{%4$s=REJECT}, permit_mynetworks, reject
        smtpd_peername_lookup = no
        smtp_dns_support_level = disabled
        smtp_host_lookup = native
        %8$s
        smtpd_tls_security_level = may
        smtpd_tls_cert_file = %5$s
        smtpd_tls_key_file = %6$s
        smtpd_tls_mandatory_protocols = >=TLSv%7$s, <=TLSv%7$s
        smtpd_tls_protocols = >=TLSv%7$s, <=TLSv%7$s
        """
            .formatted(
                folder,
                ForeignServer.HOST,
                setting.onward().port(),
                ForeignServer.REFUSED,
                setting.certificate(),
                setting.key(),
                setting.tlsVersion(),
                sending(setting)));
    Files.writeString(
        etc.resolve("master.cf"),
        """
        127.0.0.1:%d inet n - n - - smtpd
        cleanup unix n - n - 0 cleanup
        qmgr unix n - n 300 1 qmgr
        tlsmgr unix - - n 1000? 1 tlsmgr
        rewrite unix - - n - - trivial-rewrite
        bounce unix - - n - 0 bounce
        defer unix - - n - 0 bounce
        trace unix - - n - 0 bounce
        smtp unix - - n - - smtp
        error unix - - n - - error
        retry unix - - n - - error
        anvil unix - - n - 1 anvil
        scache unix - - n - 1 scache
        postlog unix-dgram n - n - 1 postlogd
        """
            .formatted(setting.port()));
    return List.of("postfix", "-c", etc.toString(), "start-fg");
  }

  private static String sending(Setting setting) {
    Onward onward = setting.onward();
    if (!onward.tls()) {
      return "smtp_tls_security_level = none";
    }
    String settings =
        """
        smtp_tls_security_level = encrypt
        smtp_tls_mandatory_protocols = >=TLSv%1$s, <=TLSv%1$s
        """
            .formatted(onward.tlsVersion());
    return onward.client().isEmpty()
        ? settings
        : settings
            + """
            smtp_tls_cert_file = %1$s.pem
            smtp_tls_key_file = %1$s.key
            """
                .formatted(setting.folder().resolve(onward.client()));
  }
}
