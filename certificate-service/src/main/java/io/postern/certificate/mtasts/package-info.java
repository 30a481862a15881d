/**
 * Policies of MTA-STS (RFC 8461) of the domains that mail goes to: fetched, judged, kept
 * (docs/design/architecture.md, "Policies of other domains").
 *
 * <ol>
 *   <li>{@link StsPolicies} takes a request from the log, and says by {@link FetchTimes} whether
 *       its policy is fetched.
 *   <li>{@link FetchesInProgress} has one fetch a domain.
 *   <li>{@link PolicyHost} fetches, judges the host, and parses.
 *   <li>The state is published, and folded with those of other replicas by {@link StateReader} into
 *       {@link PolicyStates}.
 *   <li>{@link StsPolicies} fetches again ahead of time, and removes states that are over.
 * </ol>
 */
@NullMarked
package io.postern.certificate.mtasts;

import org.jspecify.annotations.NullMarked;
