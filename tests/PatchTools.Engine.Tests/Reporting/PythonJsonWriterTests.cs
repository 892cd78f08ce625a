using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using PatchTools.Json;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.Reporting;

public sealed class PythonJsonWriterTests
{
    [Fact]
    public void Vectors_of_the_content_hash_come_out_byte_for_byte()
    {
        var empty = new PythonJsonWriter().BeginArray().EndArray();
        Assert.Equal("[]", empty.ToString());
        Assert.Equal("4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945", Hash(empty));

        var escapes = new PythonJsonWriter()
            .BeginArray()
            .BeginObject()
            .Member("PatchGroup", "Zürich <A&B> 'x'/😀\t")
            .EndObject()
            .EndArray();
        Assert.Equal("""[{"PatchGroup": "Z\u00fcrich <A&B> 'x'/\ud83d\ude00\t"}]""", escapes.ToString());
        Assert.Equal("0483e70c5e2fad5abecd4afd055c790d837c3f3814e78bdfbc3889c63f1ee214", Hash(escapes));
    }

    [Theory]
    [InlineData(
        "\"\\\b\f\n\r\t",
        """
            "\"\\\b\f\n\r\t"
            """
    )]
    [InlineData("\u0000\u001f\u007f\u0080", "\"\\u0000\\u001f\\u007f\\u0080\"")]
    [InlineData("/<>&'+", "\"/<>&'+\"")]
    [InlineData("", "\"\"")]
    public void Text_is_escaped_as_Python_does(string text, string json) =>
        Assert.Equal(json, new PythonJsonWriter().Text(text).ToString());

    [Fact]
    public void Lone_surrogates_stay_what_they_are() =>
        Assert.Equal("\"\\ud800x\"", new PythonJsonWriter().Text("\ud800x").ToString());

    [Theory]
    [InlineData(1769990400.0, "1769990400.0")]
    [InlineData(1622762181.165, "1622762181.165")]
    [InlineData(1795415860.5232487, "1795415860.5232487")]
    [InlineData(1e15, "1000000000000000.0")]
    [InlineData(1e16, "1e+16")]
    [InlineData(1.5e16, "1.5e+16")]
    [InlineData(9999999999999998.0, "9999999999999998.0")]
    [InlineData(1e-4, "0.0001")]
    [InlineData(1e-5, "1e-05")]
    [InlineData(1.25e-5, "1.25e-05")]
    [InlineData(0.0, "0.0")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(-0.5, "-0.5")]
    [InlineData(1e100, "1e+100")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(double.MaxValue, "1.7976931348623157e+308")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.NegativeInfinity, "-Infinity")]
    public void Floats_are_spelled_as_Python_repr_does(double value, string text) =>
        Assert.Equal(text, PythonJsonWriter.FloatText(value));

    [Fact]
    public void Indented_form_keeps_empty_containers_on_one_line()
    {
        var json = new PythonJsonWriter(indent: 4)
            .BeginObject()
            .Member("a", "b")
            .Name("list")
            .BeginArray()
            .Integer(1)
            .Null()
            .BeginObject()
            .EndObject()
            .BeginArray()
            .EndArray()
            .EndArray()
            .EndObject();
        Assert.Equal(
            "{\n    \"a\": \"b\",\n    \"list\": [\n        1,\n        null,\n        {},\n        []\n    ]\n}",
            json.ToString()
        );
    }

    [Fact]
    public async Task Two_thousand_texts_and_floats_agree_with_the_real_json_dumps()
    {
        Rig.NeedsCommands("python3");
        var random = new Random(20240102);
        List<string> texts = [];
        List<double> floats = [];
        for (var i = 0; i < 2000; i++)
        {
            texts.Add(
                new string([
                    .. Enumerable
                        .Range(0, random.Next(12))
                        .Select(_ => (char)(random.Next(4) == 0 ? random.Next(0x10000) : random.Next(0x100))),
                ])
            );
            var bits = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            floats.Add(
                i % 3 == 0 && double.IsFinite(bits) ? bits
                : i % 3 == 1 ? Math.Round(random.NextDouble() * 2e9, random.Next(8))
                : random.NextDouble() * Math.Pow(10, random.Next(-8, 20))
            );
        }

        // UTF-16 code units and bits in hex, so that nothing depends on another reader of JSON.
        var input = new StringBuilder();
        foreach (var (text, number) in texts.Zip(floats))
            input.AppendLine(
                CultureInfo.InvariantCulture,
                $"{string.Concat(text.Select(c => ((int)c).ToString("x4", CultureInfo.InvariantCulture)))}|"
                    + $"{BitConverter.DoubleToInt64Bits(number):x16}"
            );
        const string Script = """
            import json, struct, sys
            rows = []
            for line in sys.stdin:
                text, bits = line.rstrip("\n").split("|")
                # surrogatepass joins pairs and keeps lone ones, as json.loads of the text would.
                text = bytes.fromhex(text).decode("utf-16-be", "surrogatepass")
                rows.append({"t": text, "f": struct.unpack(">d", bytes.fromhex(bits))[0]})
            print(json.dumps(rows))
            print(json.dumps(rows, indent=4), end="")
            """;
        var start = new ProcessStartInfo("python3")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            ArgumentList = { "-c", Script },
        };
        using var python = Process.Start(start)!;
        var reading = python.StandardOutput.ReadToEndAsync();
        await python.StandardInput.WriteAsync(input.ToString());
        python.StandardInput.Close();
        var expected = await reading;
        await python.WaitForExitAsync();
        Assert.Equal(0, python.ExitCode);

        Assert.Equal(expected, Rows(0) + "\n" + Rows(4));

        string Rows(int indent)
        {
            var json = new PythonJsonWriter(indent).BeginArray();
            foreach (var (text, number) in texts.Zip(floats))
                json.BeginObject().Member("t", text).Name("f").Float(number).EndObject();
            return json.EndArray().ToString();
        }
    }

    [Fact]
    public void Every_finite_float_reads_back_as_itself() =>
        Gen
            .Double.Where(double.IsFinite)
            .ForAll(
                value => double.Parse(PythonJsonWriter.FloatText(value), CultureInfo.InvariantCulture).Equals(value),
                cases: 10_000
            );

    private static string Hash(PythonJsonWriter json) =>
        Convert.ToHexString(SHA256.HashData(json.Written)).ToLowerInvariant();
}
