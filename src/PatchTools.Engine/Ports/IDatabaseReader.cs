using System.Data;

namespace PatchTools.Ports;

/// <summary>Reads SQLite databases: yum 3 keeps the package lists of its repositories as such.</summary>
public interface IDatabaseReader
{
    /// <summary>
    /// Hands over the rows that a query gives, in their order. The database is only read: no lock, no journal, no file
    /// beside it.
    /// </summary>
    /// <param name="path">The database file.</param>
    /// <param name="query">SQL without parameters.</param>
    /// <param name="row">Called for each row; the record is that of the moment.</param>
    /// <exception cref="InvalidDataException">It is not a SQLite database, is damaged, or lacks what the query
    /// names.</exception>
    void Read(string path, string query, Action<IDataRecord> row);
}
