using System.Data;
using Microsoft.Data.Sqlite;
using PatchTools.Ports;

namespace PatchTools.Adapters.Databases;

/// <summary>SQLite through Microsoft.Data.Sqlite and the native library that comes with it.</summary>
public sealed class DatabaseReader : IDatabaseReader
{
    public void Read(string path, string query, Action<IDataRecord> row)
    {
        // Immutable: a directory that cannot be written, as an image's or another user's, is read all the same, and
        // nothing is left there.
        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = $"{new Uri(path).AbsoluteUri}?immutable=1",
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        };
        try
        {
            using var connection = new SqliteConnection(settings.ConnectionString);
            connection.Open();
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The engine's own constants; no part of them comes from outside.
            command.CommandText = query;
#pragma warning restore CA2100
            using var reader = command.ExecuteReader();
            while (reader.Read())
                row(reader);
        }
        catch (SqliteException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }
}
