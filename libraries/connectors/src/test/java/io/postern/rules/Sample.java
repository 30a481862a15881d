package io.postern.rules;

import com.google.protobuf.ByteString;
import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.AcceptedDomain;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.CertificateVerdict;
import io.postern.contracts.v1.ConnectorType;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.contracts.v1.InboundConnector;
import io.postern.contracts.v1.NextHopHost;
import io.postern.contracts.v1.Organization;
import io.postern.contracts.v1.OutboundConnector;
import io.postern.contracts.v1.TlsLevel;
import io.postern.contracts.v1.VerdictReason;
import io.postern.contracts.v1.VerdictResult;
import io.postern.rules.inbound.InboundFacts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Directory objects, sessions and verdicts, as short as tests want them. */
public final class Sample {
  public static final byte[] CERTIFICATE = "certificate".getBytes(StandardCharsets.US_ASCII);
  public static final Function<VerdictQuestion, @Nullable CertificateVerdict> NOTHING_KNOWN =
      q -> null;
  public static final Function<VerdictQuestion, @Nullable CertificateVerdict> GOOD =
      q -> CertificateVerdict.newBuilder().setResult(VerdictResult.GOOD).build();
  public static final Function<VerdictQuestion, @Nullable CertificateVerdict> NEVER_ASKED =
      q -> {
        throw new AssertionError("no connector depends on the certificate");
      };

  private Sample() {}

  public static Function<VerdictQuestion, @Nullable CertificateVerdict> verdict(
      VerdictResult result, VerdictReason reason) {
    return q -> CertificateVerdict.newBuilder().setResult(result).setReason(reason).build();
  }

  public static DirectoryObject organization(String id) {
    return DirectoryObject.newBuilder()
        .setOrganization(Organization.newBuilder().setId(id))
        .build();
  }

  /** An organization with {@code rejectDirectSend}, its domain, and further objects. */
  public static List<DirectoryObject> rejectsDirectSend(
      String organization, String domain, DirectoryObject... more) {
    DirectoryObject rejecting =
        DirectoryObject.newBuilder()
            .setOrganization(
                Organization.newBuilder().setId(organization).setRejectDirectSend(true))
            .build();
    List<DirectoryObject> all = new ArrayList<>(List.of(rejecting, domain(organization, domain)));
    all.addAll(List.of(more));
    return all;
  }

  public static DirectoryObject domain(String organization, String domain) {
    return domain(organization, domain, d -> {});
  }

  public static DirectoryObject domain(
      String organization, String domain, Consumer<AcceptedDomain.Builder> more) {
    AcceptedDomain.Builder builder =
        AcceptedDomain.newBuilder()
            .setOrganization(organization)
            .setDomain(domain)
            .setMailboxHost(NextHopHost.newBuilder().setHost("mailbox." + domain))
            .setMailboxTls(TlsLevel.ENCRYPTION_ONLY);
    more.accept(builder);
    return DirectoryObject.newBuilder().setAcceptedDomain(builder).build();
  }

  public static DirectoryObject partnerIn(
      String organization, String name, Consumer<InboundConnector.Builder> more) {
    return in(organization, name, ConnectorType.PARTNER, more);
  }

  public static DirectoryObject onPremisesIn(
      String organization, String name, Consumer<InboundConnector.Builder> more) {
    return in(organization, name, ConnectorType.ON_PREMISES, more);
  }

  private static DirectoryObject in(
      String organization,
      String name,
      ConnectorType type,
      Consumer<InboundConnector.Builder> more) {
    InboundConnector.Builder builder =
        InboundConnector.newBuilder()
            .setOrganization(organization)
            .setName(name)
            .setConnectorType(type)
            .setEnabled(true);
    more.accept(builder);
    return DirectoryObject.newBuilder().setInboundConnector(builder).build();
  }

  public static DirectoryObject partnerOut(
      String organization, String name, Consumer<OutboundConnector.Builder> more) {
    return out(organization, name, ConnectorType.PARTNER, more);
  }

  public static DirectoryObject onPremisesOut(
      String organization, String name, Consumer<OutboundConnector.Builder> more) {
    return out(organization, name, ConnectorType.ON_PREMISES, more);
  }

  private static DirectoryObject out(
      String organization,
      String name,
      ConnectorType type,
      Consumer<OutboundConnector.Builder> more) {
    OutboundConnector.Builder builder =
        OutboundConnector.newBuilder()
            .setOrganization(organization)
            .setName(name)
            .setConnectorType(type)
            .setEnabled(true)
            .setUseMxRecord(true);
    more.accept(builder);
    return DirectoryObject.newBuilder().setOutboundConnector(builder).build();
  }

  public static DirectoryObject anchors(String organization, String name, byte[]... certificates) {
    AnchorSet.Builder set = AnchorSet.newBuilder().setOrganization(organization).setName(name);
    for (byte[] certificate : certificates) {
      set.addCertificates(ByteString.copyFrom(certificate));
    }
    return DirectoryObject.newBuilder().setAnchorSet(set).build();
  }

  public static DirectoryObject distrusting(DirectoryObject anchors, byte[]... fingerprints) {
    AnchorSet.Builder set = anchors.getAnchorSet().toBuilder();
    for (byte[] fingerprint : fingerprints) {
      set.addDistrusted(ByteString.copyFrom(fingerprint));
    }
    return anchors.toBuilder().setAnchorSet(set).build();
  }

  public static DirectoryObject withDefaults(DirectoryObject anchors) {
    return anchors.toBuilder()
        .setAnchorSet(anchors.getAnchorSet().toBuilder().setWithDefaults(true))
        .build();
  }

  public static NextHopHost host(String host, int port) {
    return NextHopHost.newBuilder().setHost(host).setPort(port).build();
  }

  public static Directory directory(DirectoryObject... objects) {
    return Directory.of(List.of(objects), 7, Map.of());
  }

  public static InboundFacts plain(String ip, @Nullable String mailFrom) {
    return new InboundFacts(ip, false, List.of(), new byte[0], List.of(), mailFrom);
  }

  public static InboundFacts tls(String ip, @Nullable String mailFrom, String... names) {
    return new InboundFacts(
        ip,
        true,
        names.length == 0 ? List.of() : List.of(CERTIFICATE),
        new byte[0],
        List.of(names),
        mailFrom);
  }
}
