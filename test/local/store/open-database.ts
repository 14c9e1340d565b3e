import { openDatabase } from '../../../lib/local/store/database.ts';

// Opens the database of the folder it is given, as one of several processes that start together.
openDatabase(process.argv[2] ?? '').close();
