using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace PatchTools.Families.Rpm.Metadata;

/// <summary>What a row of a table is handed to.</summary>
internal delegate void SqliteRowHandler(in SqliteRow row);

/// <summary>A row of an SQLite table: the columns that were asked for, counted from 0.</summary>
internal readonly ref struct SqliteRow(ReadOnlySpan<byte> payload, ReadOnlySpan<SqliteValue> values, long rowId)
{
    private readonly ReadOnlySpan<byte> _payload = payload;
    private readonly ReadOnlySpan<SqliteValue> _values = values;
    private readonly long _rowId = rowId;

    public bool IsNull(int column) => _values[column].Type == SqliteValue.Null;

    /// <exception cref="InvalidDataException">It is a text that is no number, or nothing.</exception>
    public long Integer(int column)
    {
        var value = _values[column];
        var bytes = Bytes(value);
        return value.Type switch
        {
            SqliteValue.RowId => _rowId,
            >= 1 and <= 6 => Signed(bytes),
            7 => (long)BinaryPrimitives.ReadDoubleBigEndian(bytes),
            8 => 0,
            9 => 1,
            >= 12 when Utf8Parser.TryParse(bytes, out long number, out var used) && used == bytes.Length => number,
            _ => throw new InvalidDataException("a row has a text or nothing where a number belongs"),
        };
    }

    /// <summary>Bytes of a text, UTF-8; empty for NULL.</summary>
    public ReadOnlySpan<byte> Text(int column)
    {
        var value = _values[column];
        if (value.Type >= 12)
            return Bytes(value);
        return IsNull(column) ? [] : Encoding.UTF8.GetBytes(Integer(column).ToString(CultureInfo.InvariantCulture));
    }

    public string TextOf(int column) => Encoding.UTF8.GetString(Text(column));

    private ReadOnlySpan<byte> Bytes(SqliteValue value) => _payload.Slice(value.Offset, value.Length);

    private static long Signed(ReadOnlySpan<byte> bytes)
    {
        long number = (sbyte)bytes[0];
        foreach (var next in bytes[1..])
            number = (number << 8) | next;
        return number;
    }
}

/// <summary>Where a value lies in its row.</summary>
/// <param name="Type">Serial type of the file format, or <see cref="RowId"/>.</param>
/// <param name="Offset">From the row's first byte.</param>
/// <param name="Length">Bytes.</param>
internal readonly record struct SqliteValue(long Type, int Offset, int Length)
{
    public const long Null = 0;

    /// <summary>The row's own number: what an INTEGER PRIMARY KEY has in place of a value.</summary>
    public const long RowId = -1;
}

/// <summary>Finds the columns that are asked for in the rows of one table.</summary>
/// <param name="Columns">Positions in the table, in the order of the row that is handed over.</param>
/// <param name="RowIdColumn">Position of the column that stands for the row id; -1 where there is none.</param>
internal sealed record SqliteRowReader(IReadOnlyList<int> Columns, int RowIdColumn)
{
    private readonly SqliteValue[] _values = new SqliteValue[Columns.Count];

    /// <exception cref="InvalidDataException">It is no row.</exception>
    public void Hand(long rowId, ReadOnlySpan<byte> payload, SqliteRowHandler handler)
    {
        Array.Clear(_values);
        var rest = payload;
        var headerLength = Varint(ref rest);
        if (headerLength < payload.Length - rest.Length || headerLength > payload.Length)
            throw new InvalidDataException("the header of a row goes beyond it");
        var header = payload[(payload.Length - rest.Length)..(int)headerLength];
        var offset = (int)headerLength;
        for (var position = 0; !header.IsEmpty; position++)
        {
            var type = Varint(ref header);
            var length = LengthOf(type);
            if (length > payload.Length - offset)
                throw new InvalidDataException("a value goes beyond its row");
            Set(position, new SqliteValue(type, offset, (int)length));
            offset += (int)length;
        }

        handler(new SqliteRow(payload, _values, rowId));
    }

    /// <summary>A number of one to nine bytes, the most significant first, seven bits of each but the ninth.</summary>
    /// <exception cref="InvalidDataException">It is cut short.</exception>
    public static long Varint(ref ReadOnlySpan<byte> bytes)
    {
        long value = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (i == 8)
            {
                value = (value << 8) | bytes[i];
                bytes = bytes[9..];
                return value;
            }

            value = (value << 7) | (long)(bytes[i] & 0x7f);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return value;
            }
        }

        throw new InvalidDataException("a number is cut short");
    }

    private void Set(int position, SqliteValue value)
    {
        for (var i = 0; i < _values.Length; i++)
        {
            if (Columns[i] == position)
                _values[i] =
                    position == RowIdColumn && value.Type == SqliteValue.Null
                        ? value with
                        {
                            Type = SqliteValue.RowId,
                        }
                        : value;
        }
    }

    private static long LengthOf(long type) =>
        type switch
        {
            >= 0 and <= 4 => type,
            5 => 6,
            6 or 7 => 8,
            8 or 9 => 0,
            >= 12 => (type - 12) / 2,
            _ => throw new InvalidDataException($"a value is of type {type}, which does not exist"),
        };
}
