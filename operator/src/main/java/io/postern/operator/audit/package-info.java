/**
 * The audit (G2, G5): what the topics and the groups' positions say of every accepted recipient. It
 * shares no code with the services' own counting, or it would prove nothing.
 */
@NullMarked
package io.postern.operator.audit;

import org.jspecify.annotations.NullMarked;
