/**
 * The judgement whether a chain is good, for this role, now (docs/design/architecture.md,
 * "Certificate verdicts"). No network.
 *
 * <ol>
 *   <li>{@link ChainJudge} reads the chain; one that is too large or not readable is bad.
 *   <li>{@link PathSearch} finds the paths from the leaf to anchors.
 *   <li>{@link PathRules} gives the first rule that a path breaks.
 *   <li>{@link PathJudge} looks up revocation for all certificates of a path at once.
 *   <li>{@link PathSigners} judges the signers of lists that are not on the path.
 *   <li>{@link ChainJudge} takes the first good path, or the one that came furthest.
 * </ol>
 */
@NullMarked
package io.postern.certificate.judging;

import org.jspecify.annotations.NullMarked;
