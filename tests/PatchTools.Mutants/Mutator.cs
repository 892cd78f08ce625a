using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace PatchTools.Mutants;

/// <summary>A small fault.</summary>
/// <param name="Number">Switches it on.</param>
/// <param name="First">Line where what it changes begins, from 1.</param>
/// <param name="Last">Line where it ends.</param>
/// <param name="What">In words.</param>
internal sealed record Mutant(int Number, int First, int Last, string What);

/// <summary>
/// Puts faults into one file, each behind a question whether it is in effect, so that all of them are compiled at once.
/// Lines keep their numbers. An expression that declares a variable is left alone: what follows needs the variable.
/// </summary>
/// <param name="next">Number of the first fault.</param>
/// <param name="leavesOut">Whether a fault on these lines did not compile.</param>
internal sealed class Mutator(int next, Func<int, int, bool> leavesOut) : CSharpSyntaxRewriter
{
    private static readonly Dictionary<string, string> s_calls = new(StringComparer.Ordinal)
    {
        ["Any"] = "All",
        ["All"] = "Any",
        ["Exists"] = "TrueForAll",
        ["TrueForAll"] = "Exists",
        ["Min"] = "Max",
        ["Max"] = "Min",
        ["MinBy"] = "MaxBy",
        ["MaxBy"] = "MinBy",
        ["First"] = "Last",
        ["Last"] = "First",
        ["FirstOrDefault"] = "LastOrDefault",
        ["LastOrDefault"] = "FirstOrDefault",
        ["OrderBy"] = "OrderByDescending",
        ["OrderByDescending"] = "OrderBy",
        ["StartsWith"] = "EndsWith",
        ["EndsWith"] = "StartsWith",
    };

    private static readonly Dictionary<SyntaxKind, SyntaxKind[]> s_operators = new()
    {
        [SyntaxKind.LessThanExpression] = [SyntaxKind.LessThanOrEqualExpression],
        [SyntaxKind.LessThanOrEqualExpression] = [SyntaxKind.LessThanExpression],
        [SyntaxKind.GreaterThanExpression] = [SyntaxKind.GreaterThanOrEqualExpression],
        [SyntaxKind.GreaterThanOrEqualExpression] = [SyntaxKind.GreaterThanExpression],
        [SyntaxKind.AddExpression] = [SyntaxKind.SubtractExpression],
        [SyntaxKind.SubtractExpression] = [SyntaxKind.AddExpression],
        [SyntaxKind.MultiplyExpression] = [SyntaxKind.DivideExpression],
        [SyntaxKind.DivideExpression] = [SyntaxKind.MultiplyExpression],
        [SyntaxKind.ModuloExpression] = [SyntaxKind.MultiplyExpression],
    };

    private readonly List<Mutant> _mutants = [];
    private readonly int _first = next;
    private int _next = next;

    /// <summary>What was put into the file.</summary>
    public IReadOnlyList<Mutant> Mutants => _mutants;

    /// <summary>Numbers taken, also of faults that were left out.</summary>
    public int Count => _next - _first;

    public override SyntaxNode? VisitAttributeList(AttributeListSyntax node) => node;

    public override SyntaxNode? VisitEnumDeclaration(EnumDeclarationSyntax node) => node;

    public override SyntaxNode? VisitParameter(ParameterSyntax node) => node;

    // What is made once for the whole process cannot be switched.
    public override SyntaxNode? VisitFieldDeclaration(FieldDeclarationSyntax node) =>
        IsOnce(node.Modifiers) ? node : base.VisitFieldDeclaration(node);

    public override SyntaxNode? VisitPropertyDeclaration(PropertyDeclarationSyntax node) =>
        IsOnce(node.Modifiers) && node.Initializer is not null ? node : base.VisitPropertyDeclaration(node);

    public override SyntaxNode? VisitConstructorDeclaration(ConstructorDeclarationSyntax node) =>
        IsOnce(node.Modifiers) ? node : base.VisitConstructorDeclaration(node);

    public override SyntaxNode? VisitLocalDeclarationStatement(LocalDeclarationStatementSyntax node) =>
        IsOnce(node.Modifiers) ? node : base.VisitLocalDeclarationStatement(node);

    public override SyntaxNode? VisitArgument(ArgumentSyntax node) =>
        node.RefKindKeyword.IsKind(SyntaxKind.None) ? base.VisitArgument(node) : node;

    public override SyntaxNode? VisitCaseSwitchLabel(CaseSwitchLabelSyntax node) => node;

    public override SyntaxNode? VisitConstantPattern(ConstantPatternSyntax node) => node;

    public override SyntaxNode? VisitRelationalPattern(RelationalPatternSyntax node) => node;

    public override SyntaxNode? VisitLiteralExpression(LiteralExpressionSyntax node) =>
        node.Kind() is SyntaxKind.TrueLiteralExpression or SyntaxKind.FalseLiteralExpression
        && New(node, "the other truth") is { } number
            ? Flipped(number, node)
            : node;

    public override SyntaxNode? VisitPrefixUnaryExpression(PrefixUnaryExpressionSyntax node)
    {
        var inner = (ExpressionSyntax)base.VisitPrefixUnaryExpression(node)!;
        return node.IsKind(SyntaxKind.LogicalNotExpression) && New(node, "without !") is { } number
            ? Flipped(number, inner)
            : inner;
    }

    public override SyntaxNode? VisitIsPatternExpression(IsPatternExpressionSyntax node)
    {
        var inner = (ExpressionSyntax)base.VisitIsPatternExpression(node)!;
        return New(node, "is not") is { } number ? Flipped(number, inner) : inner;
    }

    public override SyntaxNode? VisitBinaryExpression(BinaryExpressionSyntax node)
    {
        var inner = (BinaryExpressionSyntax)base.VisitBinaryExpression(node)!;
        switch (node.Kind())
        {
            case SyntaxKind.EqualsExpression or SyntaxKind.NotEqualsExpression:
                return New(node, "the other of == and !=") is { } other ? Flipped(other, inner) : inner;
            case SyntaxKind.LogicalAndExpression or SyntaxKind.LogicalOrExpression:
                return inner
                    .WithLeft(Ignored(node, node.Left, inner.Left, "left"))
                    .WithRight(Ignored(node, node.Right, inner.Right, "right"));
            case SyntaxKind.CoalesceExpression when node.Right is not ThrowExpressionSyntax:
                return New(node, "the right of ??") is { } right ? Either(right, inner.Right, inner, node) : inner;
        }

        if (!s_operators.TryGetValue(node.Kind(), out var others) || IsText(node))
            return inner;
        ExpressionSyntax result = inner;
        foreach (var kind in others)
        {
            if (New(node, kind.ToString()) is { } number)
                result = Either(number, BinaryExpression(kind, inner.Left, inner.Right), result, node);
        }

        if (
            node.OperatorToken.Kind()
                is SyntaxKind.LessThanToken
                    or SyntaxKind.LessThanEqualsToken
                    or SyntaxKind.GreaterThanToken
                    or SyntaxKind.GreaterThanEqualsToken
            && New(node, "the opposite") is { } opposite
        )
            result = Flipped(opposite, result);
        return result;
    }

    public override SyntaxNode? VisitInvocationExpression(InvocationExpressionSyntax node)
    {
        if (node.Expression is IdentifierNameSyntax { Identifier.Text: "nameof" })
            return node;
        var inner = (InvocationExpressionSyntax)base.VisitInvocationExpression(node)!;
        if (
            inner.Expression is not MemberAccessExpressionSyntax member
            || !s_calls.TryGetValue(member.Name.Identifier.Text, out var other)
        )
            return inner;
        if (member.Name.Identifier.Text == "Any" && node.ArgumentList.Arguments.Count == 0)
            return New(node, "none") is { } none ? Flipped(none, inner) : inner;
        return New(node, other) is { } number
            ? Either(number, inner.WithExpression(member.WithName(Renamed(member.Name, other))), inner, node)
            : inner;
    }

    public override SyntaxNode? VisitConditionalExpression(ConditionalExpressionSyntax node)
    {
        var inner = (ConditionalExpressionSyntax)base.VisitConditionalExpression(node)!;
        return inner.WithCondition(Turned(node.Condition, inner.Condition));
    }

    public override SyntaxNode? VisitIfStatement(IfStatementSyntax node)
    {
        var inner = (IfStatementSyntax)base.VisitIfStatement(node)!;
        return inner.WithCondition(Turned(node.Condition, inner.Condition));
    }

    public override SyntaxNode? VisitExpressionStatement(ExpressionStatementSyntax node)
    {
        var inner = (StatementSyntax)base.VisitExpressionStatement(node)!;
        return IsFirstValue(node) ? inner : Removed(node, inner);
    }

    public override SyntaxNode? VisitContinueStatement(ContinueStatementSyntax node) =>
        Declares(node) ? node : Removed(node, node);

    public override SyntaxNode? VisitReturnStatement(ReturnStatementSyntax node) =>
        node.Expression is null && !Declares(node) ? Removed(node, node) : base.VisitReturnStatement(node);

    public override SyntaxNode? VisitBreakStatement(BreakStatementSyntax node) =>
        node.Parent is SwitchSectionSyntax || Declares(node) ? node : Removed(node, node);

    public override SyntaxNode? VisitYieldStatement(YieldStatementSyntax node)
    {
        var inner = (StatementSyntax)base.VisitYieldStatement(node)!;
        return node.Expression is null && Declares(node) ? inner : Removed(node, inner);
    }

    private static bool IsOnce(SyntaxTokenList modifiers) =>
        modifiers.Any(m => m.Kind() is SyntaxKind.StaticKeyword or SyntaxKind.ConstKeyword);

    /// <summary>Perhaps what gives a variable or an out parameter its first value.</summary>
    private static bool IsFirstValue(ExpressionStatementSyntax node) =>
        node.Expression is AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.SimpleAssignmentExpression } assignment
        && (
            assignment.Left is TupleExpressionSyntax or DeclarationExpressionSyntax
            || (
                assignment.Left is IdentifierNameSyntax { Identifier.Text: var name }
                && !node.Ancestors()
                    .OfType<MemberDeclarationSyntax>()
                    .First()
                    .DescendantNodes()
                    .OfType<VariableDeclaratorSyntax>()
                    .Any(v => v.Identifier.Text == name && v.Initializer is not null)
                && !name.StartsWith('_')
            )
        );

    /// <summary>What follows uses a variable of the condition that this statement stands under.</summary>
    private static bool Declares(StatementSyntax jump) =>
        jump.Ancestors().OfType<IfStatementSyntax>().FirstOrDefault() is { } condition
        && condition
            .Condition.DescendantNodes()
            .Any(n => n is SingleVariableDesignationSyntax or DeclarationExpressionSyntax);

    private static bool IsText(BinaryExpressionSyntax node) =>
        node.IsKind(SyntaxKind.AddExpression)
        && node.DescendantNodes()
            .Any(n => n is InterpolatedStringExpressionSyntax || n.IsKind(SyntaxKind.StringLiteralExpression));

    private static SimpleNameSyntax Renamed(SimpleNameSyntax name, string other) =>
        name switch
        {
            GenericNameSyntax generic => generic.WithIdentifier(Identifier(other)),
            _ => IdentifierName(other),
        };

    /// <summary>Number of a new fault; null where there can be none.</summary>
    private int? New(SyntaxNode node, string what)
    {
        if (
            node.DescendantNodes()
                .Any(n =>
                    n is SingleVariableDesignationSyntax or DeclarationExpressionSyntax
                    && !n.Ancestors().TakeWhile(a => a != node).Any(a => a is AnonymousFunctionExpressionSyntax)
                )
        )
            return null;
        var lines = node.GetLocation().GetLineSpan();
        var (first, last) = (lines.StartLinePosition.Line + 1, lines.EndLinePosition.Line + 1);
        var number = _next++;
        if (leavesOut(first, last))
            return null;
        _mutants.Add(new Mutant(number, first, last, what));
        return number;
    }

    private static ExpressionSyntax Question(int number) =>
        ParseExpression($"global::PatchTools.MutantSwitch.A({number})");

    private static ExpressionSyntax Flipped(int number, ExpressionSyntax expression) =>
        ParenthesizedExpression(
                BinaryExpression(
                    SyntaxKind.ExclusiveOrExpression,
                    Question(number),
                    ParenthesizedExpression(expression.WithoutTrivia())
                )
            )
            .WithTriviaFrom(expression);

    private static ExpressionSyntax Either(
        int number,
        ExpressionSyntax mutated,
        ExpressionSyntax original,
        ExpressionSyntax place
    ) =>
        ParenthesizedExpression(
                ConditionalExpression(
                    Question(number),
                    Token(SyntaxKind.QuestionToken).WithTrailingTrivia(Space),
                    ParenthesizedExpression(OnOneLine(mutated)),
                    Token(SyntaxKind.ColonToken).WithTrailingTrivia(Space),
                    ParenthesizedExpression(original.WithoutTrivia())
                )
            )
            .WithTriviaFrom(place);

    // The copy must not add lines; a comment to the end of the line would swallow what follows.
    private static ExpressionSyntax OnOneLine(ExpressionSyntax expression) =>
        ParseExpression(
            expression.ReplaceTrivia(expression.DescendantTrivia(), (_, _) => Space).WithoutTrivia().ToFullString()
        );

    /// <summary>An operand of <c>&amp;&amp;</c> taken for true, or of <c>||</c> taken for false.</summary>
    private ExpressionSyntax Ignored(
        BinaryExpressionSyntax node,
        ExpressionSyntax operand,
        ExpressionSyntax rewritten,
        string side
    )
    {
        if (New(operand, $"without the {side} of {node.OperatorToken.Text}") is not { } number)
            return rewritten;
        var isAnd = node.IsKind(SyntaxKind.LogicalAndExpression);
        var question = isAnd
            ? Question(number)
            : PrefixUnaryExpression(SyntaxKind.LogicalNotExpression, Question(number));
        return ParenthesizedExpression(
                BinaryExpression(
                    isAnd ? SyntaxKind.LogicalOrExpression : SyntaxKind.LogicalAndExpression,
                    question,
                    ParenthesizedExpression(rewritten.WithoutTrivia())
                )
            )
            .WithTriviaFrom(rewritten);
    }

    /// <summary>A condition that no other fault turns round.</summary>
    private ExpressionSyntax Turned(ExpressionSyntax condition, ExpressionSyntax rewritten) =>
        condition
            is InvocationExpressionSyntax
                or IdentifierNameSyntax
                or MemberAccessExpressionSyntax
                or ConditionalAccessExpressionSyntax
        && New(condition, "the opposite") is { } number
            ? Flipped(number, rewritten)
            : rewritten;

    private StatementSyntax Removed(StatementSyntax node, StatementSyntax rewritten) =>
        New(node, "removed") is { } number
            ? Block(
                    IfStatement(
                        PrefixUnaryExpression(SyntaxKind.LogicalNotExpression, Question(number)),
                        rewritten.WithoutTrivia()
                    )
                )
                .WithTriviaFrom(rewritten)
            : rewritten;
}
