/**
 * Our own domains in the DNS: the records and the policy that they need, and those that they have.
 *
 * <ol>
 *   <li>{@link io.postern.certificate.dns.OwnMail} is the configuration: MX hosts, policies,
 *       addresses for reports.
 *   <li>{@link io.postern.certificate.dns.OwnPolicies} has the policies of MTA-STS that are served.
 *   <li>{@link io.postern.certificate.dns.OwnDns} asks the DNS and compares, a row a record set.
 * </ol>
 */
@NullMarked
package io.postern.certificate.dns;

import org.jspecify.annotations.NullMarked;
