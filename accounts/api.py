"""Members: one's colleagues."""

from rest_framework import mixins, serializers, viewsets

from accounts.models import Member


class MemberSerializer(serializers.ModelSerializer):
    division = serializers.CharField(source="division.code", allow_null=True)

    class Meta:
        model = Member
        fields = ["id", "name", "role", "division"]


class MemberViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    serializer_class = MemberSerializer
    queryset = Member.objects.active().select_related("division").order_by("division__code", "pk")

    def get_queryset(self):
        return super().get_queryset().visible_to(self.request.user)
