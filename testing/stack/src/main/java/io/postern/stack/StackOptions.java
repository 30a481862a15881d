package io.postern.stack;

import java.nio.file.Path;
import java.util.List;

/**
 * Options of a stack's start.
 *
 * @param home the project's root, where the built services are
 * @param state the folder that keeps everything
 * @param smtpPort ingress' port, 0 for a remembered free one
 * @param tlsCertificate ingress' certificate chain (PEM)
 * @param tlsKey its key (PEM, PKCS#8)
 * @param anchors files with trust anchors for the default set (PEM)
 * @param clientCertificates folder with ORGANIZATION/NAME.pem and NAME.key that outbound connectors
 *     may name, and with their credentials, NAME.user and NAME.password
 * @param dnsServer ip:port of the resolver, or empty for the system's
 * @param mxPort port of MX hosts
 * @param allowPrivateTargets whether CRLs may be fetched from loopback and MX hosts stand there:
 *     for a development CA and DNS only
 * @param processes how many run, and how
 */
public record StackOptions(
    Path home,
    StateFolder state,
    int smtpPort,
    Path tlsCertificate,
    Path tlsKey,
    List<Path> anchors,
    Path clientCertificates,
    String dnsServer,
    int mxPort,
    boolean allowPrivateTargets,
    Processes processes) {}
