/** What Microsoft's pages say of Exchange Online's connectors, as a model to compare with. */
@NullMarked
package io.postern.lab.exchange;

import org.jspecify.annotations.NullMarked;
