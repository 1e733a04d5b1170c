/** What the engine starts its threads with. */
import { serve } from './worker.js';

serve();
